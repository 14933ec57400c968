"""Cautions that a referee would raise; printed unasked, not left to be discovered."""

from __future__ import annotations

from collections.abc import Iterator

from annotations.core.report.analysis import StudyAnalysis
from annotations.core.statistics.leave_one_out import TOO_FAR
from annotations.core.statistics.position import UNEVEN
from annotations.core.wording import ALPHA, counted, p_equals, p_floor, percent

FEW = 10
MISSING = 0.05


def cautions(analysis: StudyAnalysis) -> tuple[str, ...]:
    """One sentence each, in order of importance."""
    return (
        *_gate(analysis),
        *_size(analysis),
        *_missing(analysis),
        *_carried_by_one(analysis),
        *_independence(analysis),
        *_explanations(analysis),
    )


def _gate(analysis: StudyAnalysis) -> Iterator[str]:
    """Secondary claims are valid only after a primary one."""
    p = analysis.headline.p
    if analysis.target and (p is None or p > ALPHA):
        test = "primary test" if analysis.planned else f"test of {analysis.target}"
        yield (
            f"The {test} does not show a preference, so the p values of the single "
            "criteria are exploratory too, however small they are."
        )


def _size(analysis: StudyAnalysis) -> Iterator[str]:
    n = analysis.n
    for name, count in (("patients", n.patients), ("evaluators", n.evaluators)):
        if 0 < count < FEW:
            yield (
                f"Only {count} {name if count > 1 else name[:-1]}: intervals are wide, "
                f"and what holds for these {name} need not hold for others."
            )
    best = analysis.best.get(analysis.target)
    for unit in ("patient", "evaluator"):
        test = getattr(best, f"permutation_{unit}", None)
        if test is not None and test.floor > 0.001:
            yield (
                f"Counting whole {unit}s, these choices could not have given a p below "
                f"{p_floor(test.floor)}, whatever the systems are like."
            )


def _missing(analysis: StudyAnalysis) -> Iterator[str]:
    n = analysis.n
    asked = n.ratings + n.missing
    if asked and n.missing / asked > MISSING:
        yield (
            f"{n.missing} of {asked} ratings are missing "
            f"({percent(n.missing / asked)}): if bad texts were skipped, the means are "
            "too high."
        )
    partial = analysis.choices.partial
    if partial:
        yield (
            f"{partial} of {n.readings} readings did not show every system: their "
            "choices are left out of the shares and tests, since chance is not one in "
            f"{len(analysis.systems)} there."
        )
    best = analysis.best.get(analysis.target)
    silent = analysis.choices.unanswered
    open_readings = analysis.choices.undecided + analysis.choices.blank + silent
    if best and best.n and open_readings:
        unopened = f", {silent} of them no answer at all" if silent else ""
        yield (
            f"{open_readings} of {n.readings - partial + silent} readings have no best "
            f"choice{unopened}; had they all gone against or for {analysis.target}, "
            f"its share would be {percent(best.bounds[0])} or {percent(best.bounds[1])}."
        )


def _carried_by_one(analysis: StudyAnalysis) -> Iterator[str]:
    for unit, result in analysis.leave_one_out.items():
        if result is not None and result.farthest > TOO_FAR:
            yield (
                f"Without one single {unit}, the share of {analysis.target} would move "
                f"by {percent(result.farthest)[:-2]} points: the result depends on that "
                f"{unit}."
            )


def _independence(analysis: StudyAnalysis) -> Iterator[str]:
    if analysis.n.readings == analysis.n.cases and analysis.n.evaluators > 1:
        yield (
            "No case was read by two evaluators: agreement cannot be estimated, and an "
            "evaluator's taste cannot be told from the difficulty of the cases that "
            "this evaluator had."
        )
    p = analysis.headline.p
    if analysis.n.readings > analysis.n.cases and p is not None and p <= ALPHA:
        yield (
            "The p of the result allows for patients or for evaluators, whichever is the "
            "more cautious, not for both at once: where several evaluators read each "
            "case and both have tastes of their own, 6 to 9 of 100 studies without any "
            f"preference reach p = {ALPHA}, not 5."
        )


def _explanations(analysis: StudyAnalysis) -> Iterator[str]:
    """What else could explain the choices."""
    place = analysis.further.position
    if place and place.imbalance > UNEVEN and place.n >= FEW:
        yield (
            "The systems did not appear equally often in each place on the page: a "
            "preference for a place may pass for one for a system."
        )
    for feature, most in (("words", "longest"), ("numerals", "richest in numbers")):
        bias = analysis.further.text.get(feature)
        if bias and not bias.separable:
            yield (
                f"{bias.top_system} wrote the text {most} in {percent(bias.top_share)} "
                f"of {counted(bias.n, 'reading')} that can tell: whether it is chosen "
                "for that or for what it says cannot be separated."
            )
    right = analysis.further.text.get("correct")
    if right and not right.separable:
        yield (
            f"Where one text alone names the right diagnosis, it is that of "
            f"{right.top_system} in {percent(right.top_share)} of "
            f"{counted(right.n, 'reading')}: a preference may reward the right label "
            "and not the rationale."
        )
    yield from _guessed(analysis)


def _guessed(analysis: StudyAnalysis) -> Iterator[str]:
    """One evaluator's guesses may all follow one idea of how a system writes."""
    blind = analysis.further.blinding
    if blind is None or blind.p_correct is None or blind.p_correct >= ALPHA:
        return
    guessed = (
        f"Evaluators guessed {blind.system} right in {blind.correct} of the "
        f"{counted(blind.correct + blind.wrong, 'reading')} in which they named a text"
    )
    test = blind.permutation_evaluator
    if test is not None and test.p_greater < ALPHA:
        yield f"{guessed}, more often than chance: they were not blind to it."
        return
    whole = (
        f"counting whole evaluators, p {p_equals(test.p_greater)}"
        if test
        else "one evaluator's guesses alone cannot tell"
    )
    yield (
        f"{guessed}, more often than chance if every guess stood for itself; one "
        f"evaluator's guesses may follow one idea ({whole}). Whether the blinding held "
        "remains open."
    )
