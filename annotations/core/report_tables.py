"""The report's tables as heads and rows, for any layout."""

from __future__ import annotations

from dataclasses import dataclass

from annotations.core.analysis import BestAnalysis, StudyAnalysis
from annotations.core.clusters import ClusterMean, ShareInterval
from annotations.core.criteria import CRITERIA
from annotations.core.wording import p_text, percent, rounded

TITLES = {criterion.key: criterion.title for criterion in CRITERIA}


@dataclass(frozen=True)
class ReportTable:
    """A titled table of ready words, and a note that explains every symbol in it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


def report_tables(analysis: StudyAnalysis) -> list[ReportTable]:
    """Table 2, the best choices, and the paired comparisons, in reading order."""
    return [_means(analysis), _best(analysis), _pairs(analysis)]


def wider(one: ClusterMean | None, other: ClusterMean | None) -> ClusterMean | None:
    """The wider of two intervals, or the one there is."""
    there = [interval for interval in (one, other) if interval is not None]
    return max(there, key=lambda i: i.hi - i.lo, default=None)


def _span(interval: ClusterMean | ShareInterval | None, digits: int = 2) -> str:
    if interval is None:
        return "[–]"
    return f"[{rounded(interval.lo, digits)}, {rounded(interval.hi, digits)}]"


def _means(analysis: StudyAnalysis) -> ReportTable:
    rows = []
    for system in analysis.systems:
        cells = [system]
        for result in analysis.criteria.values():
            scores = result.systems[system]
            span = _span(wider(scores.ci_patient, scores.ci_evaluator))
            cells.append(f"{rounded(scores.mean)} {span} n={scores.n}")
        rows.append(tuple(cells))
    return ReportTable(
        "Table 2: mean scores (higher is better)",
        ("System", *(TITLES.get(c, c) for c in analysis.criteria)),
        tuple(rows),
        "In brackets: 95 % interval, the wider of patients and evaluators as the unit "
        "(CR2 with Satterthwaite degrees of freedom). n: ratings given.",
    )


def _best(analysis: StudyAnalysis) -> ReportTable:
    return ReportTable(
        "Best model",
        (
            "System",
            "Best",
            "Share",
            "95 % by patients",
            "95 % by evaluators",
            "p, readings as independent",
            "p by patients (floor)",
            "p by evaluators (floor)",
        ),
        tuple((system, *_best_row(b)) for system, b in analysis.best.items()),
        "p, readings as independent: two-sided exact binomial test against the null "
        "share in brackets; it overstates the evidence when readings share patients or "
        "evaluators. p by patients, by evaluators: exact label permutation of whole "
        "patients or evaluators. Floor: the least p that these counts could give.",
    )


def _best_row(best: BestAnalysis) -> tuple[str, ...]:
    patient, evaluator = best.permutation_patient, best.permutation_evaluator
    naive = best.binomial
    return (
        f"{best.k}/{best.n}",
        percent(best.share),
        _span(best.korn_graubard_patient, 3),
        _span(best.korn_graubard_evaluator, 3),
        f"{p_text(naive.p_two_sided)} (null {rounded(naive.null, 3)})"
        if naive
        else "–",
        f"{p_text(patient.p_two_sided)} ({p_text(patient.floor)})" if patient else "–",
        f"{p_text(evaluator.p_two_sided)} ({p_text(evaluator.floor)})"
        if evaluator
        else "–",
    )


def _pairs(analysis: StudyAnalysis) -> ReportTable:
    rows = tuple(
        (
            TITLES.get(criterion, criterion),
            pair.name,
            f"{rounded(pair.mean_diff)} "
            f"{_span(wider(pair.ci_patient, pair.ci_evaluator))}",
            f"{pair.wins}/{pair.ties}/{pair.losses}",
            p_text(pair.wilcoxon.p if pair.wilcoxon else None),
            p_text(pair.p_holm),
            p_text(pair.sign_flip),
        )
        for criterion, result in analysis.criteria.items()
        for pair in result.pairs.values()
    )
    return ReportTable(
        "Paired comparisons",
        (
            "Criterion",
            "Comparison",
            "Mean difference",
            "Win/tie/loss",
            "p (Wilcoxon)",
            "p (Holm)",
            "p (sign flip)",
        ),
        rows,
        "In brackets: 95 % interval, the wider of patients and evaluators. Wilcoxon: "
        "exact signed-rank test with ties, readings as independent. Holm: adjusted over "
        "the target's comparisons in all criteria. Sign flip: exact, patients as the "
        "unit.",
    )
