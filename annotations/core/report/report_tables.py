"""The report's tables as headers and rows, for any output format."""

from __future__ import annotations

from dataclasses import dataclass

from annotations.core.instrument.criteria import CORRECTNESS, CRITERIA
from annotations.core.report.analysis import StudyAnalysis
from annotations.core.statistics.best import BestAnalysis
from annotations.core.statistics.clusters import ClusterMean, ShareInterval
from annotations.core.statistics.comparisons import PairComparison
from annotations.core.wording import DASH, p_floor, p_text, percent, rounded

EXPLORATORY, PRIMARY, SECONDARY = "exploratory", "primary", "secondary"
DESCRIPTIVE = ""
TITLES = {c.key: c.title for c in (*CRITERIA, CORRECTNESS)}


@dataclass(frozen=True)
class ReportTable:
    """A titled table of formatted cells, with a note that explains every symbol."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    standing: str = EXPLORATORY

    @property
    def heading(self) -> str:
        """The title with its status in the plan."""
        return f"{self.title} ({self.standing})" if self.standing else self.title


def report_tables(analysis: StudyAnalysis) -> list[ReportTable]:
    """The paper's numbers first, then the accompanying ones, in reading order."""
    tables = [paper_table(analysis), means_table(analysis), best_table(analysis)]
    return [*tables, duels_table(analysis), pairs_table(analysis)]


def title_of(criterion: str) -> str:
    return TITLES.get(criterion, criterion)


def wider(one: ClusterMean | None, other: ClusterMean | None) -> ClusterMean | None:
    """The wider of two intervals, or the only one available."""
    there = [interval for interval in (one, other) if interval is not None]
    return max(there, key=lambda i: i.hi - i.lo, default=None)


def span(interval: ClusterMean | ShareInterval | None, digits: int = 2) -> str:
    if interval is None:
        return DASH
    return f"{rounded(interval.lo, digits)} to {rounded(interval.hi, digits)}"


def _share_span(interval: ShareInterval | None) -> str:
    if interval is None:
        return DASH
    return f"{percent(interval.lo)[:-2]} to {percent(interval.hi)}"


def paper_table(analysis: StudyAnalysis) -> ReportTable:
    rows = []
    for system in analysis.systems:
        means = [rounded(c.systems[system].mean) for c in analysis.criteria.values()]
        best = analysis.best[system]
        p = best.binomial.p_two_sided if best.binomial else None
        rows.append(
            (
                system,
                *means,
                f"{best.k}/{best.n} ({percent(best.share)})",
                p_text(p),
            )
        )
    chance = percent(1 / len(analysis.systems))
    low, high = analysis.scale[0], analysis.scale[-1]
    return ReportTable(
        "Table 2, as the paper prints it",
        (
            "System",
            *(title_of(c) for c in analysis.criteria),
            "Chosen best",
            "p, readings as independent",
        ),
        tuple(rows),
        f"Mean scores from {low} (not at all) to {high} (fully); higher is better. "
        f"p: two-sided exact binomial test of the share chosen best against {chance}. "
        "It treats every reading as independent. Readings that share a patient or an "
        "evaluator are not, so this p overstates the evidence; the tables below allow "
        "for it.",
        DESCRIPTIVE,
    )


def means_table(analysis: StudyAnalysis) -> ReportTable:
    rows = [
        (
            title_of(criterion),
            system,
            str(scores.n),
            rounded(scores.mean),
            span(scores.ci_patient),
            span(scores.ci_evaluator),
            rounded(scores.patient_mean),
            rounded(scores.sd),
            rounded(scores.median, 1),
            " ".join(str(count) for count in scores.counts.values()),
        )
        for criterion, result in analysis.criteria.items()
        for system, scores in result.systems.items()
    ]
    values = ", ".join(str(value) for value in analysis.scale)
    return ReportTable(
        "Mean scores with their uncertainty",
        (
            "Criterion",
            "System",
            "Ratings",
            "Mean",
            "95 % by patients",
            "95 % by evaluators",
            "Mean of patients",
            "SD",
            "Median",
            f"How often {values}",
        ),
        tuple(rows),
        "95 %: the interval in which the mean may plausibly lie when patients, or "
        "evaluators, are the unit (cluster-robust CR2 standard error, Satterthwaite "
        "degrees of freedom); go by the wider. Mean of patients: every patient counts "
        "once, however many cases. SD: standard deviation between ratings.",
        DESCRIPTIVE,
    )


def best_table(analysis: StudyAnalysis) -> ReportTable:
    return ReportTable(
        "Chosen best, allowing for patients and evaluators",
        (
            "System",
            "Share",
            "95 % by patients",
            "95 % by evaluators",
            "p by patients (floor)",
            "p by evaluators (floor)",
            "Design effect by patients / evaluators",
        ),
        tuple((system, *_best_row(b)) for system, b in analysis.best.items()),
        "95 %: Korn-Graubard interval of the share. p: exact test that shuffles the "
        "systems' names within whole patients, or whole evaluators; it asks whether all "
        "systems are equal. Floor: the smallest p that these choices could have given. "
        "Design effect: how many readings are worth one independent reading.",
        PRIMARY if analysis.planned else EXPLORATORY,
    )


def _best_row(best: BestAnalysis) -> tuple[str, ...]:
    effects = [
        rounded(effect.deff, 1) if effect else DASH
        for effect in (best.design_patient, best.design_evaluator)
    ]
    tests = [
        f"{p_text(test.p_two_sided)} ({p_floor(test.floor)})" if test else DASH
        for test in (best.permutation_patient, best.permutation_evaluator)
    ]
    return (
        percent(best.share),
        _share_span(best.korn_graubard_patient),
        _share_span(best.korn_graubard_evaluator),
        *tests,
        " / ".join(effects),
    )


def duels_table(analysis: StudyAnalysis) -> ReportTable:
    return ReportTable(
        "Head to head: chosen best",
        ("Comparison", "Chosen best", "p, readings as independent"),
        tuple(
            (name, f"{duel.k} : {duel.n - duel.k}", p_text(duel.p))
            if duel
            else (name, "0 : 0", DASH)
            for name, duel in analysis.choices.head_to_head.items()
        ),
        "To be chosen more often than chance is not to be chosen more often than the "
        "runner-up. p: two-sided exact binomial test against one half among the "
        "readings that chose one of the two; like the paper's, it treats readings as "
        "independent.",
    )


def pairs_table(analysis: StudyAnalysis) -> ReportTable:
    rows = tuple(
        (title_of(criterion), pair.name, *_pair_row(pair))
        for criterion, result in analysis.criteria.items()
        for pair in result.pairs.values()
    )
    return ReportTable(
        "Scores compared within each reading",
        (
            "Criterion",
            "Comparison",
            "Mean difference",
            "95 % by patients",
            "95 % by evaluators",
            "Higher/equal/lower",
            "Rated higher",
            "p (Wilcoxon)",
            "p (Holm)",
            "p (sign flip by patients / evaluators)",
        ),
        rows,
        "Differences are first minus second named; an interval that includes 0 leaves open "
        "which is higher. Rated higher: how often the first is rated above the second, "
        "a tie counting one half. Wilcoxon: exact signed-rank test with ties, zeros "
        "dropped, readings (or cases, where several evaluators read one) as "
        "independent. Holm: the same p, adjusted for all comparisons of the target "
        "system in all criteria. Sign flip: exact test with whole patients, or whole "
        "evaluators, as the unit; go by the wider interval and the larger p; "
        "with G of the unit it cannot fall below 2 in 2 to the power G.",
        SECONDARY if analysis.planned else EXPLORATORY,
    )


def _pair_row(pair: PairComparison) -> tuple[str, ...]:
    return (
        rounded(pair.mean_diff),
        span(pair.ci_patient),
        span(pair.ci_evaluator),
        f"{pair.wins}/{pair.ties}/{pair.losses}",
        percent(pair.prob_superiority),
        p_text(pair.wilcoxon.p if pair.wilcoxon else None),
        p_text(pair.p_holm),
        f"{p_text(pair.sign_flip)} / {p_text(pair.sign_flip_evaluator)}",
    )
