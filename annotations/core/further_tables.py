"""Tables of the analyses around the result; a table stands only where it has rows."""

from __future__ import annotations

from collections.abc import Mapping

from annotations.core.agreement import AgreementInterval
from annotations.core.analysis import StudyAnalysis
from annotations.core.report_tables import ReportTable, title_of
from annotations.core.wording import DASH, p_floor, p_text, percent, rounded


def further_tables(analysis: StudyAnalysis) -> list[ReportTable]:
    """In reading order: how far it leans, what else explains it, how steady it is."""
    found = [
        _left_out(analysis),
        _position(analysis),
        _text(analysis),
        _blinding(analysis),
        _raters(analysis),
        _ranks(analysis),
        _davidson(analysis),
        _agreement(analysis),
        _overlap(analysis),
        _retest(analysis),
        _mixed(analysis),
    ]
    return [table for table in found if table.rows]


def _left_out(analysis: StudyAnalysis) -> ReportTable:
    rows = tuple(
        (unit, one.left_out, f"{one.own_k}/{one.own_n}", percent(one.share))
        for unit, result in analysis.leave_one_out.items()
        if result is not None
        for one in result.without
    )
    return ReportTable(
        f"Chosen best without each patient and each evaluator: {analysis.target}",
        ("Unit", "Left out", "Own choices", "Share of all others"),
        rows,
        "If one patient or one evaluator carries the result, the share changes much "
        "when their readings are left out.",
    )


def _position(analysis: StudyAnalysis) -> ReportTable:
    effect = analysis.further.position
    head = ("Place", "Chosen best", "Share", "Mean rating above the system's own mean")
    if effect is None:
        return ReportTable("", head, (), "")
    rows = tuple(
        (
            place,
            f"{count.best}/{count.shown}",
            percent(count.best / count.shown),
            rounded(count.mean_residual),
        )
        for place, count in effect.places.items()
    )
    beside = effect.given_system
    return ReportTable(
        "Does the place on the page matter?",
        head,
        rows,
        f"If the place does not matter, each has the same share. Chi-square test of "
        f"that, readings as independent: p {p_text(effect.p)}; with the systems taken "
        f"into account (conditional logit): p {p_text(beside.p if beside else None)}.",
    )


NAMES = {
    "words": "the longest text",
    "numerals": "the text with most numbers",
    "correct": "the only text with the right diagnosis",
}


def _text(analysis: StudyAnalysis) -> ReportTable:
    rows = []
    for feature, bias in analysis.further.text.items():
        if bias is None:
            continue
        test, alone, beside = bias.permutation_patient, bias.alone, bias.given_system
        rows.append(
            (
                NAMES[feature],
                f"{bias.k}/{bias.n} ({percent(bias.share)})",
                f"{p_text(test.p_two_sided)} ({p_floor(test.floor)})" if test else DASH,
                f"{bias.top_system} ({percent(bias.top_share)})",
                rounded(alone.odds_ratio) if alone else DASH,
                (rounded(beside.odds_ratio) if beside else DASH)
                if bias.separable
                else "cannot be separated",
            )
        )
    return ReportTable(
        "Is the best text the longest, or the one that is right?",
        (
            "Text",
            "Chosen best",
            "p by patients (floor)",
            "Mostly of",
            "Odds ratio",
            "Odds ratio beside the systems",
        ),
        tuple(rows),
        "Among readings where one text alone is longest (or has most numbers, or is "
        "right). Odds ratio: how the odds of being chosen grow per doubling of the "
        "count plus one (conditional logit); for the diagnosis, right against wrong.",
    )


def _blinding(analysis: StudyAnalysis) -> ReportTable:
    found = analysis.further.blinding
    head = ("Guess of the target's text", "Readings")
    if found is None:
        return ReportTable("", head, (), "")
    rows = (
        ("right", str(found.correct)),
        ("wrong", str(found.wrong)),
        ("cannot tell", str(found.unknown)),
        ("target best, of readings not guessed right",
         f"{found.unaware_k}/{found.unaware_n}"),
    )  # fmt: skip
    test = found.permutation_evaluator
    return ReportTable(
        "Did the blinding hold?",
        head,
        rows,
        f"Bang's index for {len(analysis.systems)} texts: {rounded(found.bang.index)} "
        f"(standard error {rounded(found.bang.se)}; 0 is guessing, 1 is unblinded). "
        f"James' index: {rounded(found.james)} (1 is blind, 0.5 guessing). More right "
        f"guesses than chance: p {p_text(found.p_correct)} with guesses as independent, "
        + (
            f"p {p_text(test.p_greater)} by evaluators (floor {p_floor(test.floor)})."
            if test
            else "not testable by evaluators."
        ),
    )


def _raters(analysis: StudyAnalysis) -> ReportTable:
    found = analysis.further.raters
    first = analysis.systems[0]
    return ReportTable(
        "The evaluators",
        (
            "Evaluator",
            "Readings",
            f"{first} best",
            "Mean",
            "SD",
            "Halo",
            "Same rating in every criterion",
        ),
        tuple(
            (
                one.name,
                str(one.readings),
                f"{one.k}/{one.chose}",
                rounded(one.mean),
                rounded(one.sd),
                rounded(one.halo),
                percent(one.straight),
            )
            for one in found.raters
        ),
        "Mean: severity. SD: how much of the scale is used. Halo: mean correlation "
        "between criteria; near 1 the criteria are not told apart. Exact test that all "
        f"evaluators choose {first} as often (it ignores that their patients differ): "
        f"p {p_text(found.p_taste)}.",
    )


def _ranks(analysis: StudyAnalysis) -> ReportTable:
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
        f"Ranked first: the Plackett-Luce probability, from {found.full} full rankings "
        f"and {found.best_only} with a best only; standard error by leaving out patients "
        "in turn. If the last two columns differ much, one number a system is too few.",
    )  # fmt: skip


def _davidson(analysis: StudyAnalysis) -> ReportTable:
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


def _agreement(analysis: StudyAnalysis) -> ReportTable:
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


def _overlap(analysis: StudyAnalysis) -> ReportTable:
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
        "count as a sample (multi-reader multi-case, Hillis' degrees of freedom).",
    )


def _retest(analysis: StudyAnalysis) -> ReportTable:
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


def _mixed(analysis: StudyAnalysis) -> ReportTable:
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
        "Wald, which is optimistic with few evaluators.",
    )
