"""The whole analysis of a study's ratings: one frozen record, every interval in it.

The paper's own numbers come first (means, shares, the binomial test that treats
readings as independent); each is accompanied by results with patients and evaluators
as units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from annotations.core.instrument.criteria import LIKERT
from annotations.core.ratings.rated_output import RatedOutput, is_answered
from annotations.core.report.further import Further, further
from annotations.core.report.headline import Headline, headline
from annotations.core.statistics.agreement import Agreement, agreement
from annotations.core.statistics.best import (
    BestAnalysis,
    Choices,
    best_analysis,
    choices,
)
from annotations.core.statistics.comparisons import (
    PairComparison,
    pair_comparison,
    with_holm,
)
from annotations.core.statistics.estimate import Reasons
from annotations.core.statistics.leave_one_out import LeaveOneOut, leave_one_out
from annotations.core.statistics.paired import FriedmanResult, friedman
from annotations.core.statistics.scores import SystemScores, system_scores
from annotations.core.statistics.table import FloatArray, RatingTable, rating_table


@dataclass(frozen=True)
class Counts:
    """The data behind the analysis: answered readings, their patients and evaluators.

    ``missing`` counts the unanswered score cells of texts that were shown.
    """

    cases: int
    patients: int
    evaluators: int
    readings: int
    ratings: int
    missing: int


@dataclass(frozen=True)
class CriterionAnalysis:
    systems: Mapping[str, SystemScores]
    pairs: Mapping[str, PairComparison]
    friedman: FriedmanResult | None
    agreement: Agreement


@dataclass(frozen=True)
class StudyAnalysis:
    systems: tuple[str, ...]
    target: str
    planned: bool
    scale: tuple[int, ...]
    n: Counts
    criteria: Mapping[str, CriterionAnalysis]
    best: Mapping[str, BestAnalysis]
    choices: Choices
    leave_one_out: Mapping[str, LeaveOneOut | None]
    headline: Headline
    further: Further
    reasons: Mapping[str, str]


def analyse(
    outputs: Sequence[RatedOutput],
    target: str = "",
    scale: tuple[int, ...] = LIKERT,
    *,
    planned: bool = True,
    mixed: bool = False,
    own: str = "",
) -> StudyAnalysis:
    """Analyse ratings; the headline is about the target system, if one is named.

    ``planned`` is false if no sealed plan names this target: nothing is then labelled
    primary or secondary. ``mixed`` adds the ordinal mixed model, which takes seconds.
    ``own`` is the plan's target, which evaluators were asked to guess, if it differs
    from the analysis's.

    Raises
    ------
    StudyError
        If the ratings contradict each other or contain nothing to compare.
    """
    table = rating_table(outputs, target)
    reasons = Reasons()
    best = {
        system: best_analysis(table, column, reasons)
        for column, system in enumerate(table.systems)
    }
    left_out: dict[str, LeaveOneOut | None] = {
        unit: reasons.take(
            f"leave_one_out.{unit}", partial(leave_one_out, table, 0, unit)
        )
        for unit in (("patient", "evaluator") if target else ())
    }
    return StudyAnalysis(
        systems=table.systems,
        target=target,
        planned=bool(target) and planned,
        scale=scale,
        n=_counts(table),
        criteria=_criteria(table, target, scale, reasons),
        best=best,
        choices=choices(table, reasons),
        leave_one_out=left_out,
        headline=headline(table, target, best.get(target), reasons),
        further=further(
            table,
            outputs,
            own or (target if planned else ""),
            scale,
            reasons,
            mixed=mixed,
        ),
        reasons=reasons.found,
    )


def _counts(table: RatingTable) -> Counts:
    if not any(is_answered([o for o in row if o]) for row in table.rows):
        return Counts(0, 0, 0, 0, 0, 0)
    shown = sum(table.shown)
    given = sum(int((~np.isnan(values)).sum()) for values in table.values.values())
    return Counts(
        cases=len(table.cases),
        patients=len(table.patients),
        evaluators=len(table.evaluators),
        readings=len(table),
        ratings=given,
        missing=shown * len(table.criteria) - given,
    )


def _criteria(
    table: RatingTable, target: str, scale: tuple[int, ...], reasons: Reasons
) -> dict[str, CriterionAnalysis]:
    pairs = {
        criterion: {
            pair.name: pair
            for pair in (
                pair_comparison(table, values, both, f"criteria.{criterion}", reasons)
                for both in combinations(range(len(table.systems)), 2)
            )
        }
        for criterion, values in table.values.items()
    }
    adjusted = with_holm(pairs, target, reasons)
    return {
        criterion: _criterion(table, criterion, adjusted[criterion], scale, reasons)
        for criterion in table.criteria
    }


def _blocks(table: RatingTable, values: FloatArray) -> FloatArray:
    """(blocks, systems) of complete readings; those of the same case are averaged.

    Each system's mean is then over the same evaluators; otherwise a lenient evaluator
    who skipped a system's text would favour the others.
    """
    gaps = np.isnan(values).any(axis=1, keepdims=True)
    complete = np.where(gaps, np.nan, values)
    return table.by_case(complete)[0] if table.overlaps else complete


def _criterion(
    table: RatingTable,
    criterion: str,
    pairs: Mapping[str, PairComparison],
    scale: tuple[int, ...],
    reasons: Reasons,
) -> CriterionAnalysis:
    path = f"criteria.{criterion}"
    values = table.values[criterion]
    blocks = _blocks(table, values)
    return CriterionAnalysis(
        systems={
            system: system_scores(
                table,
                values[:, i],
                table.shown[i],
                scale,
                f"{path}.systems.{system}",
                reasons,
            )
            for i, system in enumerate(table.systems)
        },
        pairs=pairs,
        friedman=reasons.take(f"{path}.friedman", lambda: friedman(blocks)),
        agreement=agreement(table, values, scale, f"{path}.agreement", reasons),
    )
