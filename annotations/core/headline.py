"""The one sentence of the report: for the target, by the more cautious unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotations.core.estimate import Reasons
from annotations.core.table import RatingTable
from annotations.core.wording import p_text, percent

if TYPE_CHECKING:
    from annotations.core.analysis import BestAnalysis

ALPHA = 0.05


@dataclass(frozen=True)
class Headline:
    """``p`` is the larger of the two permutation p, ``unit`` whose it is."""

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
        reasons.found["headline"] = "no target system is named"
        return Headline(
            None,
            None,
            None,
            None,
            "No target system was named before the analysis, so there is no headline "
            "test; the shares and comparisons below are exploratory.",
        )
    units = [
        (test.p_two_sided, unit, test.floor)
        for unit, test in (
            ("patient", best.permutation_patient),
            ("evaluator", best.permutation_evaluator),
        )
        if test is not None
    ]
    opening = (
        f"{target} was chosen best in {best.k} of {best.n} readings"
        f"{f' ({percent(best.share)})' if best.share is not None else ''}"
    )
    if len(units) < 2:
        reasons.found["headline.p"] = "needs at least two patients and two evaluators"
        return Headline(
            target,
            None,
            None,
            None,
            f"{opening}. Whether this is more than the taste of one patient's case or "
            "one evaluator cannot be tested: that needs at least two patients and two "
            "evaluators.",
        )
    p, unit, floor = max(units)
    return Headline(
        target, p, unit, floor, f"{opening}. {_verdict(table, best, p, unit, floor)}"
    )


def _verdict(
    table: RatingTable, best: BestAnalysis, p: float, unit: str, floor: float
) -> str:
    chance = 1 / len(table.systems)
    names = {
        "patient": f"{len(table.patients)} patients",
        "evaluator": f"{len(table.evaluators)} evaluators",
    }
    cautious = (
        f"counting the {names[unit]} rather than the readings, p = {p_text(p)} "
        f"(the least that these counts could give is {p_text(floor)})"
    ).replace("p = <", "p < ")
    naive = (
        f" Treating the readings as independent would give p "
        f"{_equals(best.binomial.p_two_sided)} against {percent(chance)}."
        if best.binomial
        else ""
    )
    share = best.share or 0.0
    if p > ALPHA:
        return f"There is no evidence of a preference either way: {cautious}.{naive}"
    direction = "more" if share > chance else "less"
    return f"It was chosen {direction} often than chance: {cautious}.{naive}"


def _equals(p: float) -> str:
    text = p_text(p)
    return text if text.startswith("<") else f"= {text}"
