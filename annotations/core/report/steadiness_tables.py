"""Tables of ranks, agreement and repeated readings: how reliable the judgements are."""

from __future__ import annotations

from collections.abc import Mapping

from annotations.core.report.analysis import StudyAnalysis
from annotations.core.report.report_tables import ReportTable, title_of
from annotations.core.statistics.agreement import AgreementInterval
from annotations.core.wording import DASH, counted, percent, rounded


def ranks_table(analysis: StudyAnalysis) -> ReportTable:
    found = analysis.further.ranks
    head = ("System", "Mean rank", "Ranked first", "Standard error", "By best choices",
            "By second choices")  # fmt: skip
    if found is None:
        return ReportTable("", head, (), "")

    def cell(values: Mapping[str, float] | None, system: str) -> str:
        return rounded(values[system] if values else None)

    return ReportTable(
        "Best and second best together",
        head,
        tuple(
            (system, *(cell(part, system) for part in (
                found.mean_rank, found.worth, found.se, found.first_stage,
                found.second_stage,
            )))
            for system in analysis.systems
        ),
        "Ranked first: the Plackett-Luce probability, from "
        f"{counted(found.full, 'full ranking')} and {found.best_only} with a best only; "
        "standard error by leaving out patients in turn. If the last two columns differ "
        "much, one number a system is too few.",
    )  # fmt: skip


def davidson_table(analysis: StudyAnalysis) -> ReportTable:
    found = {c: d for c, d in analysis.further.davidson.items() if d is not None}
    return ReportTable(
        "Scores as paired contests (Bradley-Terry with ties)",
        ("Criterion", *analysis.systems, "Tie parameter"),
        tuple(
            (
                title_of(criterion),
                *(rounded(one.worth[system]) for system in analysis.systems),
                rounded(one.tie),
            )
            for criterion, one in found.items()
        ),
        "Worths of Davidson's model, adding to 1: the larger, the more often rated "
        "above the others. Tie parameter: 0 if equals are never rated alike.",
    )


def agreement_table(analysis: StudyAnalysis) -> ReportTable:
    rows = tuple(
        (
            title_of(criterion),
            rounded(found.krippendorff_alpha),
            _limits(found.ci_alpha),
            rounded(found.gwet_ac2),
            _limits(found.ci_ac2),
            rounded(found.icc_2_1),
            rounded(found.alpha_within),
            rounded(found.weighted_kappa),
        )
        for criterion, result in analysis.criteria.items()
        if (found := result.agreement)
        and any(value is not None for value in vars(found).values())
    )
    return ReportTable(
        "Agreement between evaluators",
        (
            "Criterion",
            "Krippendorff's alpha",
            "95 %",
            "Gwet's AC2",
            "95 %",
            "ICC(2,1)",
            "Alpha within systems",
            "Weighted kappa",
        ),
        rows,
        "1 is full agreement, 0 what chance gives. Ordinal alpha, AC2 and kappa with "
        "quadratic weights (kappa: mean over pairs of evaluators). Within systems is the "
        "honest number: large differences between systems inflate the others. 95 %: by "
        "leaving out patients in turn.",
    )


def _limits(interval: AgreementInterval | None) -> str:
    if interval is None:
        return DASH
    return f"{rounded(interval.lo)} to {rounded(interval.hi)}"


def overlap_table(analysis: StudyAnalysis) -> ReportTable:
    rows = tuple(
        (title_of(criterion), name, rounded(one.mean),
         f"{rounded(one.lo)} to {rounded(one.hi)}")
        for criterion, pairs in analysis.further.overlap.items()
        for name, one in pairs.items()
        if one is not None
    )  # fmt: skip
    return ReportTable(
        "Differences for new evaluators and new patients",
        ("Criterion", "Comparison", "Mean difference", "95 %"),
        rows,
        "Every evaluator read every case, so that evaluators and patients can both "
        "count as a sample (multi-reader multi-case, Satterthwaite's degrees of "
        "freedom over the mean squares of both).",
    )


def retest_table(analysis: StudyAnalysis) -> ReportTable:
    found = analysis.further.retest
    if found is None:
        return ReportTable("", ("Read twice", "Value"), (), "")
    rows = (
        ("ratings given twice", str(found.n)),
        ("same rating", percent(found.exact)),
        ("at most one point apart", percent(found.within_one)),
        ("mean change", rounded(found.shift)),
        ("standard error of one rating", rounded(found.sem)),
        ("smallest change beyond error", rounded(found.smallest_change)),
        ("weighted kappa", rounded(found.kappa)),
        ("ICC(2,1)", rounded(found.icc)),
        ("same best choice", f"{found.same_best}/{found.choices}"),
    )
    return ReportTable(
        "The same case a second time",
        ("Read twice", "Value"),
        rows,
        "Second readings are used here only, never in the main analysis.",
    )


def mixed_table(analysis: StudyAnalysis) -> ReportTable:
    rows = tuple(
        (
            title_of(criterion),
            f"{system} vs {analysis.systems[0]}",
            rounded(odds.odds_ratio),
            f"{rounded(odds.lo)} to {rounded(odds.hi)}",
            ", ".join(f"{term} {rounded(icc)}" for term, icc in model.icc.items()),
        )
        for criterion, model in analysis.further.mixed.items()
        if model is not None
        for system, odds in model.odds.items()
    )
    return ReportTable(
        "Ordinal mixed model",
        ("Criterion", "Comparison", "Odds ratio", "95 %", "Intraclass correlation"),
        rows,
        "Odds of a higher score (cumulative logit, random intercepts, Laplace); 95 % by "
        "Wald. It allows for strict evaluators and hard cases, not for patients or "
        "evaluators who differ in which system they favour: where they do, it is too "
        "narrow.",
    )
