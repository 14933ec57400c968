"""Tables of the further analyses; a table is included only if it has rows."""

from __future__ import annotations

from annotations.core.report.analysis import StudyAnalysis
from annotations.core.report.report_tables import ReportTable, title_of
from annotations.core.report.steadiness_tables import (
    agreement_table,
    davidson_table,
    mixed_table,
    overlap_table,
    ranks_table,
    retest_table,
)
from annotations.core.statistics.clusters import ClusterMean
from annotations.core.wording import DASH, p_floor, p_text, percent, rounded


def further_tables(analysis: StudyAnalysis) -> list[ReportTable]:
    """In reading order: sensitivity, other explanations, reliability."""
    found = [
        _left_out(analysis),
        _position(analysis),
        _text(analysis),
        _evidence(analysis),
        _blinding(analysis),
        _raters(analysis),
        ranks_table(analysis),
        davidson_table(analysis),
        agreement_table(analysis),
        overlap_table(analysis),
        retest_table(analysis),
        mixed_table(analysis),
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
            "Mostly from",
            "Odds ratio",
            "Odds ratio beside the systems",
        ),
        tuple(rows),
        "Among readings where one text alone is longest (or has most numbers, or is "
        f"right). If that did not matter, {percent(1 / len(analysis.systems))} would be "
        "chosen for it. p: two-sided exact test that shuffles which text has most, "
        "second most and so on within whole patients; floor: the smallest p that these "
        "choices could have given. Odds ratio: how the odds of being chosen grow per "
        "doubling of the count plus one (conditional logit, readings as independent); "
        "for the diagnosis, right against wrong.",
    )


def _evidence(analysis: StudyAnalysis) -> ReportTable:
    words = {
        "supported": "more numbers that the measurements support",
        "contradicted": "fewer numbers that they contradict",
    }
    rows = tuple(
        (
            title_of(criterion),
            words[verdict],
            f"{accord.k}/{accord.n} ({percent(accord.share)})",
            _share_span(accord.ci_patient),
        )
        for criterion, verdicts in analysis.further.evidence.items()
        for verdict, accord in verdicts.items()
        if accord is not None
    )
    return ReportTable(
        "Do the scores follow whether the cited numbers are true?",
        ("Criterion", "Higher score for", "Pairs in accord", "95 % by patients"),
        rows,
        "Pairs of texts of one reading that differ both in score and in the evidence "
        "check. One half is chance; an interval that includes 50 % leaves open whether "
        "there is a relation. The interval is of the readings' own shares.",
    )


def _share_span(found: ClusterMean | None) -> str:
    if found is None:
        return DASH
    return f"{percent(max(found.lo, 0.0))} to {percent(min(found.hi, 1.0))}"


def _blinding(analysis: StudyAnalysis) -> ReportTable:
    found = analysis.further.blinding
    if found is None:
        return ReportTable("", ("Guess", "Readings"), (), "")
    rows = (
        ("right", str(found.correct)),
        ("wrong", str(found.wrong)),
        ("cannot tell", str(found.unknown)),
        (f"{found.system} best, of readings not guessed right",
         f"{found.unaware_k}/{found.unaware_n}"),
    )  # fmt: skip
    test = found.permutation_evaluator
    return ReportTable(
        "Did the blinding hold?",
        (f"Guess of the text of {found.system}", "Readings"),
        rows,
        f"Bang's index for {len(analysis.systems)} texts: {rounded(found.bang.index)} "
        f"(standard error {rounded(found.bang.se)}, guesses as independent; 0 is "
        "guessing, 1 is unblinded). "
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
