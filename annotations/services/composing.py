"""Composing a study: choose clips, copy texts, allocate once, store as rows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotations.audit import event_append
from annotations.core.allocation.balance import balance
from annotations.core.allocation.design import Allocation, allocate, choose_cases
from annotations.core.allocation.drbg import SEED_BYTES
from annotations.core.allocation.partition import CaseKey
from annotations.core.errors import StudyError
from annotations.core.instrument.protocol import Protocol, protocol_json
from annotations.core.planning.plan import plan_for, plan_json
from annotations.models import Study, StudySecret
from annotations.services import sharing
from annotations.services.rows import Composition, rows_create
from annotations.vault import vault_opened
from gaitmodel.models import Clip, Rationale
from gaitmodel.selectors import clips_ready, rationales_latest


@dataclass(frozen=True)
class Design:
    """The numbers that, with the cases and the seed, give the allocation again."""

    n_raters: int
    overlap: int
    repeats: int


def study_create(
    *,
    name: str,
    systems: Sequence[str],
    n_raters: int,
    clips: Sequence[str] = (),
    label: str = "",
    split: str = "test",
    n_cases: int | None = None,
    overlap: int = 0,
    repeats: int = 0,
    protocol: Protocol | None = None,
    target: str = "",
    is_pilot: bool = False,
    purpose: str = "",
    actor: User | None = None,
    seed: bytes | None = None,
) -> Study:
    """Create a draft study; nothing is written if any part of it cannot be made.

    Parameters
    ----------
    systems
        Keys of the systems compared; every case needs a rationale of each.
    clips, label, split
        Which prepared clips become cases: by name, by class, by split.
    n_cases
        How many of them, spread over the patients; all if not given.
    overlap, repeats
        Anchor cases that every rater reads; cases that each rater meets twice.
    target
        The system that the analysis plan puts first.
    seed
        For tests only: a study's seed is 32 secret bytes of the operating system.

    Raises
    ------
    StudyError
        If the study cannot be made, in one sentence.
    """
    rules = protocol or Protocol()
    _check_names(name, systems, target)
    seed = seed or secrets.token_bytes(SEED_BYTES)
    design = Design(n_raters, overlap, repeats)
    pool = _clip_pool(clips, label, split)
    with vault_opened():
        made = _composed(pool, systems, n_cases, design, seed)
    draft = Study(
        name=name,
        purpose=purpose,
        is_pilot=is_pilot,
        protocol=protocol_json(rules),
        n_systems=len(systems),
        balance=_masked_balance(made.allocation),
    )
    secret = StudySecret(
        study=draft,
        seed=seed,
        systems=list(systems),
        plan=plan_json(plan_for(target, systems, [c.key for c in rules.criteria])),
        design={**asdict(design), "cases": [asdict(key) for key in made.keys]},
    )
    with transaction.atomic(), vault_opened():
        sharing.clips_held(pool[key.case].pk for key in made.keys)
        _insert(draft)
        secret.save(force_insert=True)
        rows_create(draft, rules, made)
        counts = {"cases": len(made.keys), "raters": n_raters, "pilot": is_pilot}
        event_append(study=draft, kind="study_created", actor=actor, payload=counts)
        sharing.composed(draft, actor)
    return draft


def _insert(draft: Study) -> None:
    """Another request may have taken the name since it was checked."""
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        raise _name_taken(draft.name) from error


def _name_taken(name: str) -> StudyError:
    return StudyError(f"a study named {name!r} already exists")


def _composed(
    pool: Mapping[str, Clip],
    systems: Sequence[str],
    n_cases: int | None,
    design: Design,
    seed: bytes,
) -> Composition:
    """Choose the cases among the clips that every system has written about."""
    rationales = rationales_latest(pool.values(), systems)
    if n_cases is None:
        _check_complete(pool, systems, rationales)
    _check_heard(systems, rationales)
    keys = [
        CaseKey(clip.name, clip.subject.name)
        for clip in pool.values()
        if all((clip.pk, system) in rationales for system in systems)
    ]
    if n_cases is not None:
        keys = list(choose_cases(keys, n_cases, seed))
    allocation = allocate(
        keys,
        design.n_raters,
        len(systems),
        seed,
        overlap=design.overlap,
        repeats=design.repeats,
    )
    return Composition(
        keys=tuple(keys),
        n_raters=design.n_raters,
        clips=pool,
        rationales=rationales,
        systems=tuple(systems),
        allocation=allocation,
    )


def _check_names(name: str, systems: Sequence[str], target: str) -> None:
    if not name.strip():
        raise StudyError("a study needs a name")
    if Study.objects.filter(name=name).exists():
        raise _name_taken(name)
    if len(set(systems)) < len(systems):
        raise StudyError(f"a system is listed twice: {', '.join(systems)}")
    if target and target not in systems:
        raise StudyError(
            f"the target {target!r} is not among the systems {', '.join(systems)}"
        )


def _clip_pool(names: Sequence[str], label: str, split: str) -> dict[str, Clip]:
    """The prepared clips to choose from; a named clip that is not ready is an error."""
    pool = {
        clip.name: clip for clip in clips_ready(split=split, label=label, names=names)
    }
    if missing := [name for name in names if name not in pool]:
        raise StudyError(
            f"clip {missing[0]!r} is not among the prepared clips of split "
            f"{split or 'any'!r} and label {label or 'any'!r}"
        )
    if not pool:
        raise StudyError(
            f"no prepared clip has split {split or 'any'!r} and label {label or 'any'!r}"
        )
    return pool


def _check_complete(
    pool: Mapping[str, Clip],
    systems: Sequence[str],
    rationales: Mapping[tuple[int, str], Rationale],
) -> None:
    for clip in pool.values():
        for system in systems:
            if (clip.pk, system) not in rationales:
                raise StudyError(
                    f"clip {clip.name!r} has no rationale of system {system!r}: "
                    "run generate_rationales"
                )


def _check_heard(
    systems: Sequence[str], rationales: Mapping[tuple[int, str], Rationale]
) -> None:
    """A system that wrote about no clip at all is misspelt, or has not been run."""
    heard = {system for _, system in rationales}
    if silent := [system for system in systems if system not in heard]:
        raise StudyError(
            f"no clip to choose from has a rationale of system {silent[0]!r}: "
            "run generate_rationales"
        )


def _masked_balance(allocation: Allocation) -> list[dict[str, object]]:
    """The balance with patients by number: it lies in a row that raters' pages read."""
    rows = balance(allocation)
    names = sorted({patient for row in rows for patient in row.patients})
    return [
        {
            "seat": row.rater + 1,
            "readings": row.readings,
            "patients": [row.patients.get(name, 0) for name in names],
            "places": [list(counts) for counts in row.places],
            "same_patient_running": row.same_patient_running,
        }
        for row in rows
    ]
