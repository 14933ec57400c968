"""What a planned study can show, in words."""

from __future__ import annotations

from annotations.core.planning.planned_design import Design
from annotations.core.planning.power import Power
from annotations.core.wording import counted, p_floor, percent, rounded, whole_percent

ENOUGH = 0.80


def plan_text(design: Design, found: Power, scores: float | None = None) -> str:
    """Sentences for the decision-maker, then the numbers behind them."""
    lines = [
        f"{counted(design.cases, 'case')} of {counted(design.patients, 'patient')}, "
        f"{counted(design.evaluators, 'evaluator')}, {design.raters_per_case} of them per "
        f"case, {design.systems} systems.",
        _result(design, found),
        f"By patients alone {rounded(found.patient)}, by evaluators alone "
        f"{rounded(found.evaluator)}; the plain binomial test would claim "
        f"{rounded(found.naive)}, but it also rejects too often where there is nothing.",
        f"Smallest p that can be reached: {p_floor(found.floor_patient)} by patients, "
        f"{p_floor(found.floor_evaluator)} by evaluators. Design effect: "
        f"{rounded(found.deff_patient, 1)} and {rounded(found.deff_evaluator, 1)} "
        "readings are worth one independent reading.",
    ]
    if scores is not None:
        lines.append(
            f"The difference of mean scores is shown with probability "
            f"{rounded(scores)} (patients as the unit)."
        )
    return "\n".join(lines) + "\n"


def _result(design: Design, found: Power) -> str:
    """How likely the preference is shown; a share below chance is no preference."""
    share, tested = percent(design.share), f"p at most {design.alpha:g}"
    probability = (
        f"with probability {rounded(found.power)} (+/- {rounded(_error(found))}, "
        f"{found.studies} simulated studies)"
    )
    if design.share * design.systems <= 1:
        return (
            f"A target that is chosen best in {share} of readings is not preferred: "
            f"chance alone gives {percent(1 / design.systems)}. This study would show "
            f"a preference for it all the same ({tested} by patients and by "
            f"evaluators) {probability}."
        )
    verdict = (
        "That is usually thought enough."
        if found.power >= ENOUGH
        else f"Usually {whole_percent(ENOUGH)} is wanted: add patients or evaluators "
        "before adding clips of the same patients."
    )
    return (
        f"If the target is truly chosen best in {share} of readings, this study shows "
        f"it ({tested} by patients and by evaluators) {probability}. {verdict}"
    )


def _error(found: Power) -> float:
    """Half the width of a 95 % interval of the simulation (Agresti & Coull 1998).

    Two successes and two failures are added: 100 of 100 studies is not certainty.
    """
    n = found.studies + 4
    rate = (found.power * found.studies + 2) / n
    return float(1.96 * (rate * (1 - rate) / n) ** 0.5)
