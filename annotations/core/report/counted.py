"""Means and intervals from counts alone, for studies too large to hold in memory.

The database counts each value by patient, system and criterion; all of Table 2, its CR2
intervals by patient and the cluster bootstrap follow exactly from these counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from annotations.core.ratings.rated_output import Counted
from annotations.core.report.report_tables import (
    DESCRIPTIVE,
    ReportTable,
    span,
    title_of,
)
from annotations.core.statistics.bootstrap import FEW, bootstrap_means
from annotations.core.statistics.clusters import ClusterMean, mean_from_sums
from annotations.core.statistics.estimate import Reasons
from annotations.core.statistics.table import FloatArray
from annotations.core.wording import DASH, counted, rounded


@dataclass(frozen=True)
class CountedScores:
    """One system on one criterion, like ``scores.SystemScores``."""

    n: int
    mean: float | None
    sd: float | None
    median: float | None
    counts: dict[int, int]
    ci_patient: ClusterMean | None
    bootstrap_patient: tuple[float, float] | None


@dataclass(frozen=True)
class CountedAnalysis:
    """``scores[criterion][system]``; ``reasons`` by path, as in the whole analysis."""

    patients: int
    ratings: int
    scores: dict[str, dict[str, CountedScores]]
    reasons: dict[str, str]
    draws: int


def counted_analysis(
    rows: Iterable[Counted], scale: tuple[int, ...], draws: int = 10_000
) -> CountedAnalysis:
    """Table 2 with its intervals from the database's counts."""
    found = list(rows)
    patients = {p: i for i, p in enumerate(dict.fromkeys(row[0] for row in found))}
    systems = list(dict.fromkeys(row[1] for row in found))
    criteria = list(dict.fromkeys(row[2] for row in found))
    places = {value: i for i, value in enumerate(scale)}
    cells = np.zeros((len(criteria), len(patients), len(systems), len(scale)))
    order = {name: i for i, name in enumerate(systems)}
    rank = {name: i for i, name in enumerate(criteria)}
    for patient, system, criterion, value, count in found:
        cells[rank[criterion], patients[patient], order[system], places[value]] += count
    reasons = Reasons()
    scores = {
        criterion: _of_criterion(
            criterion, cells[rank[criterion]], systems, scale, draws, reasons
        )
        for criterion in criteria
    }
    return CountedAnalysis(
        len(patients), int(cells.sum()), scores, reasons.found, draws
    )


def _of_criterion(
    criterion: str,
    cells: FloatArray,
    systems: list[str],
    scale: tuple[int, ...],
    draws: int,
    reasons: Reasons,
) -> dict[str, CountedScores]:
    values = np.array(scale, dtype=float)
    sums, counts = cells @ values, cells.sum(axis=2)
    limits = reasons.take(
        f"criteria.{criterion}.bootstrap", lambda: bootstrap_means(sums, counts, draws)
    )
    result = {}
    for column, system in enumerate(systems):
        path = f"criteria.{criterion}.systems.{system}"
        spread = None if limits is None else (limits.lo[column], limits.hi[column])
        result[system] = _scores(cells[:, column], scale, spread, path, reasons)
    return result


def _scores(
    cells: FloatArray,
    scale: tuple[int, ...],
    bootstrap: tuple[float, float] | None,
    path: str,
    reasons: Reasons,
) -> CountedScores:
    """``cells`` (patients, values) of one system on one criterion."""
    values, counts = np.array(scale, dtype=float), cells.sum(axis=0)
    n = int(counts.sum())
    mean = float(counts @ values / n) if n else None
    squares = float(counts @ (values - (mean or 0.0)) ** 2)
    seen = cells.sum(axis=1) > 0
    return CountedScores(
        n=n,
        mean=mean,
        sd=float(np.sqrt(squares / (n - 1))) if n > 1 else None,
        median=_median(values, counts) if n else None,
        counts={v: int(c) for v, c in zip(scale, counts, strict=True)},
        ci_patient=reasons.take(
            f"{path}.ci_patient",
            lambda: mean_from_sums(
                (cells @ values)[seen], cells.sum(axis=1)[seen], "patient"
            ),
        ),
        bootstrap_patient=None
        if bootstrap is None
        else (float(bootstrap[0]), float(bootstrap[1])),
    )


def _median(values: FloatArray, counts: FloatArray) -> float:
    """The median of values with these counts (the mean of the two middle ones)."""
    upto, n = np.cumsum(counts), counts.sum()
    low = values[np.searchsorted(upto, (n + 1) // 2)]
    high = values[np.searchsorted(upto, n // 2 + 1)]
    return float((low + high) / 2)


def counted_table(found: CountedAnalysis) -> ReportTable:
    """Every criterion and system with both intervals by patient."""
    return ReportTable(
        "Mean scores, counted in the database",
        ("Criterion", "System", "Ratings", "Mean", "95 % by patients", "Bootstrap"),
        tuple(
            (
                title_of(criterion),
                system,
                str(one.n),
                DASH if one.mean is None else rounded(one.mean),
                span(one.ci_patient),
                DASH
                if one.bootstrap_patient is None
                else f"{rounded(one.bootstrap_patient[0])} to "
                f"{rounded(one.bootstrap_patient[1])}",
            )
            for criterion, systems in found.scores.items()
            for system, one in systems.items()
        ),
        f"{counted(found.ratings, 'rating')} of {counted(found.patients, 'patient')}. "
        "95 %: CR2 interval with patients as the unit. Bootstrap: whole patients "
        f"{_drawn(found)}, expanded percentile.",
        DESCRIPTIVE,
    )


def _drawn(found: CountedAnalysis) -> str:
    return (
        "in every way in which they can be drawn"
        if found.patients <= FEW
        else f"drawn {found.draws:,} times"
    )
