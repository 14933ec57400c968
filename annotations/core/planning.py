"""What a planned study can show, in words."""

from __future__ import annotations

from annotations.core.planned_design import Design
from annotations.core.power import Power
from annotations.core.wording import counted, p_floor, percent, rounded, whole_percent

ENOUGH = 0.80


def plan_text(design: Design, found: Power, scores: float | None = None) -> str:
    """Sentences for the one who decides, then the numbers behind them."""
    verdict = (
        "That is usually thought enough."
        if found.power >= ENOUGH
        else f"Usually {whole_percent(ENOUGH)} is wanted: add patients or evaluators "
        "before adding clips of the same patients."
    )
    lines = [
        f"{counted(design.cases, 'case')} of {counted(design.patients, 'patient')}, "
        f"{counted(design.evaluators, 'evaluator')}, {design.raters_per_case} of them a "
        f"case, {design.systems} systems.",
        f"If the target is truly chosen best in {percent(design.share)} of readings, "
        f"this study shows it (p at most {design.alpha:g} by patients and by "
        f"evaluators) with probability {rounded(found.power)} (+/- "
        f"{rounded(1.96 * found.monte_carlo_se)}, {found.studies} simulated studies). "
        f"{verdict}",
        f"By patients alone {rounded(found.patient)}, by evaluators alone "
        f"{rounded(found.evaluator)}; the plain binomial test would claim "
        f"{rounded(found.naive)}, but it also rejects too often where there is nothing.",
        f"Smallest p that can be reached: {p_floor(found.floor_patient)} by patients, "
        f"{p_floor(found.floor_evaluator)} by evaluators. Design effect: "
        f"{rounded(found.deff_patient, 1)} and {rounded(found.deff_evaluator, 1)} "
        "readings are worth one.",
    ]
    if scores is not None:
        lines.append(
            f"The difference of mean scores is shown with probability "
            f"{rounded(scores)} (patients as the unit)."
        )
    return "\n".join(lines) + "\n"
