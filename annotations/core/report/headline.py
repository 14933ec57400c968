"""The report's headline sentence: for the target, by the more cautious unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotations.core.planning.planned_design import smallest_p
from annotations.core.statistics.best import BestAnalysis
from annotations.core.statistics.clusters import ShareInterval
from annotations.core.statistics.estimate import Reasons
from annotations.core.statistics.table import RatingTable
from annotations.core.wording import (
    ALPHA,
    counted,
    p_equals,
    p_floor,
    percent,
    whole_percent,
)


@dataclass(frozen=True)
class Headline:
    """``p`` is the larger of the two permutation p, with its ``unit`` and ``floor``."""

    system: str | None
    p: float | None
    unit: str | None
    floor: float | None
    sentence: str


def headline(
    table: RatingTable, target: str, best: BestAnalysis | None, reasons: Reasons
) -> Headline:
    """The result for the target system in a clinician's words."""
    if not target or best is None:
        for key in ("system", "p", "unit", "floor"):
            reasons.found[f"headline.{key}"] = "no target system is named"
        return _without_test(
            None,
            "No target system was named before the analysis, so there is no headline "
            "test; the shares and comparisons below are exploratory.",
        )
    if not best.n:
        _no_test(reasons, "no best was chosen")
        where = (
            "" if table.whole.any() else " where all were shown: no reading did that"
        )
        return _without_test(
            target, f"Nobody chose a best system{where}; {target} was rated."
        )
    paper = _paper_sentence(table, target, best)
    patient, evaluator = best.permutation_patient, best.permutation_evaluator
    if patient is None or evaluator is None:
        _no_test(reasons, "needs choices of at least two patients and two evaluators")
        return _without_test(
            target,
            f"{paper} Whether this is more than one patient's walk or one evaluator's "
            "taste cannot be tested: that needs choices on at least two patients by "
            "at least two evaluators.",
        )
    p, unit, floor = max(
        (patient.p_two_sided, "patient", patient.floor),
        (evaluator.p_two_sided, "evaluator", evaluator.floor),
    )
    return Headline(
        target, p, unit, floor, f"{paper} {_verdict(table, best, p, unit, floor)}"
    )


def _no_test(reasons: Reasons, why: str) -> None:
    for key in ("p", "unit", "floor"):
        reasons.found[f"headline.{key}"] = why


def _without_test(system: str | None, sentence: str) -> Headline:
    return Headline(system, None, None, None, sentence)


def _paper_sentence(table: RatingTable, target: str, best: BestAnalysis) -> str:
    """The paper's own numbers, labelled as such."""
    chance = percent(1 / len(table.systems))
    opening = (
        f"{target} was chosen best in {best.k} of {counted(best.n, 'reading')} "
        f"({percent(best.share)}; chance alone gives {chance})."
    )
    if best.binomial is None:
        return opening
    sources = f"{_count(table, 'patient')} and {_count(table, 'evaluator')}"
    p = p_equals(best.binomial.p_two_sided)
    if best.n <= min(_choosers(table, "patient"), _choosers(table, "evaluator")):
        return (
            f"{opening} They come from {sources}; counting every reading, the exact "
            f"binomial test gives p {p}."
        )
    return (
        f"{opening} If the {best.n} readings were independent of each other, the "
        f"exact binomial test would give p {p}; they are not: they come from {sources}."
    )


def _verdict(
    table: RatingTable, best: BestAnalysis, p: float, unit: str, floor: float
) -> str:
    spans = _spans(best)
    tested = (
        f"Counting whole {unit}s, the more cautious of the two ways, p "
        f"{p_equals(p)} (the smallest p that these choices of "
        f"{_count(table, unit)} could have given: {p_floor(floor)})"
    )
    chance = 1 / len(table.systems)
    share = best.share or 0.0
    if bound := _out_of_reach(table, best):
        return f"{tested}: {bound}.{spans}"
    if p > ALPHA:
        return (
            f"{tested}: that is no evidence that the evaluators prefer one "
            f"system to another.{spans}"
        )
    word = "more" if share > chance else "less"
    if _holds_chance(best, chance):
        return (
            f"{tested}: a sign that it is chosen {word} often than chance, but a weak "
            f"one, since the intervals include {percent(chance)}.{spans}"
        )
    return f"{tested}: it was chosen {word} often than chance.{spans}"


def _out_of_reach(table: RatingTable, best: BestAnalysis) -> str:
    """Why p could not reach alpha by one unit: too few of it, or choices too divided.

    Too few in the study, or too few among those who chose. As both units must reach
    alpha, either is enough to prevent it.
    """
    floors = {
        unit: test.floor
        for unit, test in (
            ("patient", best.permutation_patient),
            ("evaluator", best.permutation_evaluator),
        )
        if test is not None and test.floor > ALPHA
    }
    if few := _too_few({unit: len(table.unit_names(unit)) for unit in floors}, table):
        many = " and ".join(few)
        return (
            f"no result of a study of this size ({many}) could have reached "
            f"p = {ALPHA}, so it can neither show nor exclude a preference"
        )
    if few := _too_few({unit: _choosers(table, unit) for unit in floors}, table):
        return (
            f"choices of no more than {' and '.join(few)} could not have reached "
            f"p = {ALPHA}, whatever was chosen, so they do not show a preference; "
            "choices of more of them could have"
        )
    if not floors:
        return ""
    units = " and ".join(f"by {unit}s {p_floor(p)}" for unit, p in floors.items())
    return (
        f"these choices, divided between the systems as they are, could not have "
        f"reached p = {ALPHA} (smallest p {units}), so they do not show a preference; "
        "other choices of as many could have"
    )


def _too_few(sizes: Mapping[str, int], table: RatingTable) -> list[str]:
    """Which of these numbers of patients or evaluators are too small to reach alpha."""
    return [
        counted(size, unit)
        for unit, size in sizes.items()
        if smallest_p(size, len(table.systems)) > ALPHA
    ]


def _holds_chance(best: BestAnalysis, chance: float) -> bool:
    there = (best.korn_graubard_patient, best.korn_graubard_evaluator)
    return any(i is not None and i.lo <= chance <= i.hi for i in there)


def _spans(best: BestAnalysis) -> str:
    parts = [
        f"{_span(interval)} by {unit}s"
        for unit, interval in (
            ("patient", best.korn_graubard_patient),
            ("evaluator", best.korn_graubard_evaluator),
        )
        if interval is not None
    ]
    if not parts:
        return ""
    return f" The share may plausibly lie anywhere in {' and in '.join(parts)} (95 %)."


def _span(interval: ShareInterval) -> str:
    return f"{whole_percent(interval.lo)} to {whole_percent(interval.hi)}"


def _count(table: RatingTable, unit: str) -> str:
    return counted(_choosers(table, unit), unit)


def _choosers(table: RatingTable, unit: str) -> int:
    """The number of patients or evaluators that the choices come from."""
    return len(set(table.unit(unit)[table.chosen_of_all].tolist()))
