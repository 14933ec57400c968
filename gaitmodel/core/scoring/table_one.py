"""Table 1 as one record: scores, their uncertainty, and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gaitmodel.core.records import Prediction
from gaitmodel.core.scoring.calibration import Calibration, calibration
from gaitmodel.core.scoring.comparison import Comparison, compare
from gaitmodel.core.scoring.coverage import RiskCoverage, risk_coverage
from gaitmodel.core.scoring.free_text import FreeText, free_text
from gaitmodel.core.scoring.scores import Scores, score
from gaitmodel.core.scoring.shortcut import ShortcutRow

COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


@dataclass(frozen=True)
class Answers:
    """One system's predictions for the clips of a split, and where they come from.

    ``seen``: how many subjects of the split were used to train or select it.
    """

    title: str
    backbone: str
    weights: str
    checkpoint: str
    predictions: tuple[Prediction, ...]
    shortcut: ShortcutRow | None = None
    seen: int = 0


@dataclass(frozen=True)
class Row:
    """One system of Table 1."""

    title: str
    backbone: str
    weights: str
    checkpoint: str
    scores: Scores
    calibration: Calibration
    coverage: RiskCoverage
    free_text: FreeText | None
    shortcut: ShortcutRow | None
    seen: int


@dataclass(frozen=True)
class TableOne:
    """``comparisons`` are of ``target`` against each other system, by its key."""

    split: str
    rows: Mapping[str, Row]
    target: str
    comparisons: Mapping[str, Comparison]

    @property
    def first(self) -> Scores:
        return next(iter(self.rows.values())).scores


def table_one(
    split: str,
    truth: Sequence[int],
    subjects: Sequence[str],
    answers: Mapping[str, Answers],
    target: str,
) -> TableOne:
    """Score every system on the same clips and compare ``target`` with the others.

    The macro F1 of a comparison is over the classes that occur in the truth.
    """
    rows, chosen = {}, {}
    for key, given in answers.items():
        chosen[key] = [one.label.position for one in given.predictions]
        shares = np.array([one.probabilities for one in given.predictions])
        rows[key] = Row(
            given.title,
            given.backbone,
            given.weights,
            given.checkpoint,
            score(truth, chosen[key], subjects),
            calibration(truth, shares),
            risk_coverage(truth, shares),
            free_text(truth, given.predictions),
            given.shortcut,
            given.seen,
        )
    present = sorted(set(truth))
    comparisons = {
        key: compare(truth, chosen[target], labels, subjects, present)
        for key, labels in chosen.items()
        if key != target
    }
    return TableOne(split, rows, target, comparisons)


def table_json(table: TableOne) -> dict[str, Any]:
    """The stable JSON of ``evaluate_systems``: intervals are ``[lo, hi]``."""
    return {
        "split": table.split,
        "n": table.first.n,
        "n_subjects": table.first.n_subjects,
        "systems": {key: _row_json(row) for key, row in table.rows.items()},
        "target": table.target,
        "comparisons": {
            f"{table.target} vs {key}": _pairs(asdict(found))
            for key, found in table.comparisons.items()
        },
    }


def _row_json(row: Row) -> dict[str, Any]:
    scores = asdict(row.scores)
    return {
        "title": row.title,
        "backbone": row.backbone,
        "weights": row.weights,
        "checkpoint": row.checkpoint,
        "subjects_seen": row.seen,
        **_pairs({k: v for k, v in scores.items() if k not in ("n", "n_subjects")}),
        "calibration": asdict(row.calibration),
        "risk_coverage": {
            "area": row.coverage.area,
            "chance_area": row.coverage.chance_area,
            "risk": {f"{c:g}": row.coverage.at(c) for c in COVERAGES},
        },
        "free_text": asdict(row.free_text) if row.free_text else None,
        "shortcut": asdict(row.shortcut) if row.shortcut else None,
    }


def _pairs(value: Any) -> Any:
    """Intervals as ``[lo, hi]``, recursively."""
    if isinstance(value, dict):
        if value.keys() == {"lo", "hi"}:
            return [value["lo"], value["hi"]]
        return {key: _pairs(inner) for key, inner in value.items()}
    return value
