"""What a design would amount to before it is created: numbers, balance, smallest p."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotations.core.allocation.balance import RaterBalance, balance
from annotations.core.allocation.design import allocate, choose_cases
from annotations.core.allocation.drbg import SEED_BYTES
from annotations.core.allocation.partition import CaseKey
from annotations.core.errors import StudyError
from annotations.core.planning.planned_design import Design as PlannedDesign
from annotations.services.sharing import blinded_with
from annotations.vault import vault_opened
from gaitmodel.models import Rationale
from gaitmodel.selectors import clips_ready, rationales_latest


@dataclass(frozen=True)
class DesignCheck:
    """The resulting numbers; systems enter only by their count."""

    available: int
    cases: int
    patients: int
    readings: tuple[int, int]
    patients_a_rater: tuple[int, int]
    place_spread: int
    same_patient_running: int
    floor_patient: float
    floor_evaluator: float
    warnings: tuple[str, ...]


def systems_available() -> list[str]:
    """The systems that have written at least one rationale."""
    with vault_opened():
        rows = Rationale.objects.order_by("system").values_list("system", flat=True)
        return list(rows.distinct())


def design_check(
    *,
    systems: Sequence[str],
    n_raters: int,
    label: str = "",
    split: str = "test",
    n_cases: int | None = None,
    overlap: int = 0,
    repeats: int = 0,
) -> DesignCheck:
    """Try a design with a throwaway seed.

    Raises
    ------
    StudyError
        If it cannot be made, with the same message as on creation.
    """
    if len(set(systems)) < 2:
        raise StudyError("choose at least two systems to compare")
    pool = list(clips_ready(split=split, label=label))
    with vault_opened():
        written = rationales_latest(pool, systems)
    keys = [
        CaseKey(clip.name, clip.subject.name)
        for clip in pool
        if all((clip.pk, system) in written for system in systems)
    ]
    if not keys:
        raise StudyError("no prepared clip has a rationale of each of these systems")
    seed = secrets.token_bytes(SEED_BYTES)
    chosen = list(choose_cases(keys, n_cases or len(keys), seed))
    made = allocate(
        chosen, n_raters, len(systems), seed, overlap=overlap, repeats=repeats
    )
    check = _checked(len(keys), chosen, balance(made), len(systems), overlap)
    of_case = {clip.name: clip.pk for clip in pool}
    with vault_opened():
        shown = [written[of_case[k.case], s].pk for k in chosen for s in systems]
        names = blinded_with(shown, systems)
    return replace(check, warnings=(*check.warnings, *map(_shared, names)))


def _shared(name: str) -> str:
    return (
        f"“{name}” is still blinded and shows some of these texts: by comparing both you "
        "could tell its systems apart. Its log will record that you composed this study."
    )


def _checked(
    available: int,
    chosen: Sequence[CaseKey],
    rows: Sequence[RaterBalance],
    n_systems: int,
    overlap: int,
) -> DesignCheck:
    patients = {key.patient for key in chosen}
    design = PlannedDesign(
        cases=len(chosen),
        patients=len(patients),
        evaluators=len(rows),
        systems=n_systems,
    )
    met = [row.patients.get(name, 0) for row in rows for name in patients]
    counts = [count for row in rows for places in row.places for count in places]
    floors = design.floor("patient"), design.floor("evaluator")
    return DesignCheck(
        available=available,
        cases=len(chosen),
        patients=len(patients),
        readings=(min(r.readings for r in rows), max(r.readings for r in rows)),
        patients_a_rater=(min(met), max(met)),
        place_spread=max(counts) - min(counts),
        same_patient_running=sum(row.same_patient_running for row in rows),
        floor_patient=floors[0],
        floor_evaluator=floors[1],
        warnings=_warnings(design, overlap, rows),
    )


def _warnings(
    design: PlannedDesign, overlap: int, rows: Sequence[RaterBalance]
) -> tuple[str, ...]:
    found = []
    for unit in ("patient", "evaluator"):
        floor = design.floor(unit)
        if floor > design.alpha:
            found.append(
                f"No result could reach p = {design.alpha:g} by {unit}s: the smallest p "
                f"is {floor:.2g}. At least {design.fewest()} {unit}s are needed."
            )
    if not overlap and len(rows) > 1:
        found.append("No case is read twice: agreement cannot be estimated.")
    running = sum(row.same_patient_running for row in rows)
    if running:
        found.append(f"One patient comes twice in a row {running} times.")
    return tuple(found)
