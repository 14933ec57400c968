"""Sealing and verifying: commit to the whole study, then prove it is unchanged."""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from dataclasses import asdict, dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.audit import event_append, study_for_update
from annotations.core.allocation.design import allocate
from annotations.core.allocation.drbg import SEED_BYTES
from annotations.core.allocation.partition import CaseKey
from annotations.core.errors import StateError, StudyError
from annotations.core.proof.seal import (
    Item,
    Leaf,
    Sealed,
    make_seal,
    proof,
    proof_holds,
    seal_breaks,
)
from annotations.models import Assignment, Case, Seal, Slot, SlotIdentity, Study
from annotations.services import sharing
from annotations.services.comparing import record_breaks
from annotations.services.materials import material_item, patient_breaks, versions_item
from annotations.vault import vault_opened
from gaitmodel import shelf
from gaitmodel.core.store import file_sha256


@dataclass(frozen=True)
class Verification:
    """What a verification compared, and where the study was tampered with.

    ``root`` was published before the first score; ``head`` is the log's last hash, which
    can be noted and compared later.
    """

    root: str
    items: int
    events: int
    head: str
    breaks: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.breaks


def study_open(*, study: Study, actor: User | None = None) -> Study:
    """Seal a draft and open it; the root is fixed before anyone can sign in to it.

    Raises
    ------
    StateError
        If the study is not a draft.
    StudyError
        If its films, texts, patients or allocation differ from its composition: it
        would never verify.
    """
    with transaction.atomic(), vault_opened():
        sharing.clips_held(study.cases.values_list("clip", flat=True))
        study = study_for_update(study.pk)
        if study.state != Study.State.DRAFT:
            raise StateError(
                f"study {study.name!r} is {study.state}; only a draft can be opened"
            )
        if breaks := _material_breaks(study):
            raise StudyError(
                f"study {study.name!r} is not as it was composed ({breaks[0]}); "
                "compose it again"
            )
        items = sealed_items(study)
        sealed = make_seal(items, [secrets.token_bytes(SEED_BYTES) for _ in items])
        now = timezone.now()
        Seal.objects.create(study=study, root=sealed.root, sealed_at=now)
        study.secret.leaves = [asdict(leaf) for leaf in sealed.leaves]
        study.secret.save(update_fields=["leaves"])
        study.state, study.opened_at = Study.State.OPEN, now
        study.save(update_fields=["state", "opened_at"])
        event_append(
            study=study, kind="study_opened", actor=actor, payload={"root": sealed.root}
        )
        sharing.opened(study, actor)
    return study


def study_verify(study: Study) -> Verification:
    """Compare the study with its seal, its seed and its log, and its answers with those
    in the log; report where they differ.

    Raises
    ------
    StateError
        If the study has not been sealed yet.
    """
    with vault_opened():
        seal = Seal.objects.filter(study=study).first()
        if seal is None:
            raise StateError(f"study {study.name!r} is not sealed yet")
        sealed = stored_seal(study, seal)
        breaks = [
            *seal_breaks(sealed, sealed_items(study)),
            *_material_breaks(study),
            *_root_breaks(study, seal.root),
        ]
        compared, found = record_breaks(study)
    return Verification(
        seal.root,
        len(sealed.leaves),
        compared.event_count,
        compared.event_head,
        (*breaks, *found),
    )


def _material_breaks(study: Study) -> list[str]:
    """What the seal alone does not cover: rows against the seed, the films' bytes."""
    found = [*_decoy_breaks(study), *_allocation_breaks(study)]
    return found + _film_breaks(study)


def _root_breaks(study: Study, root: str) -> list[str]:
    """Detect a new seal: its root differs from the one logged at the opening."""
    logged = study.events.filter(kind="study_opened").values_list(
        "content__payload__root", flat=True
    )
    return [] if list(logged) == [root] else ["seal: its root is not the one logged"]


def protocol_breaks(study: Study) -> list[str]:
    """Where the protocol differs from the sealed, or the root from the logged one."""
    with vault_opened():
        sealed = stored_seal(study, study.seal)
        item = _protocol_item(study)
        nonces = {leaf.name: leaf.nonce for leaf in sealed.leaves}
        steps = proof(sealed, item.name)
        holds = proof_holds(sealed.root, item, nonces[item.name], steps)
    said = [] if holds else ["protocol: differs from what was sealed"]
    return said + _root_breaks(study, sealed.root)


def stored_seal(study: Study, seal: Seal) -> Sealed:
    """The seal with its secret half; the caller has opened the vault."""
    return Sealed(seal.root, tuple(Leaf(**leaf) for leaf in study.secret.leaves))


def sealed_items(study: Study) -> list[Item]:
    """Everything that the seal covers, as it is in the database now."""
    secret = study.secret
    taken = (material_item(study), versions_item(study))
    return [
        _protocol_item(study),
        Item("plan", secret.plan),
        Item("seed", {"seed": bytes(secret.seed).hex(), "systems": secret.systems}),
        Item("design", secret.design),
        *(item for item in taken if item),
        *(_case_item(case) for case in _cases(study)),
        *_assignment_items(study),
    ]


def _protocol_item(study: Study) -> Item:
    criteria = [
        [row.key, row.title, row.question, row.low, row.high]
        for row in study.criteria.all()
    ]
    facts = {
        "name": study.name,
        "purpose": study.purpose,
        "pilot": study.is_pilot,
        "protocol": study.protocol,
        "criteria": criteria,
    }
    return Item("protocol", facts)


def _cases(study: Study) -> list[Case]:
    return list(study.cases.select_related("clip").order_by("pk"))


def _case_item(case: Case) -> Item:
    facts = {
        "clip": case.clip.name,
        "film": case.film,
        "film_sha256": case.film_sha256,
        "film_fps": case.film_fps,
    }
    return Item(f"case {case.pk}", facts)


def _identities(study: Study) -> dict[UUID, list[SlotIdentity]]:
    rows: dict[UUID, list[SlotIdentity]] = defaultdict(list)
    for identity in (
        SlotIdentity.objects.filter(slot__assignment__seat__study=study)
        .select_related("slot")
        .order_by("slot__letter")
    ):
        rows[identity.slot.assignment_id].append(identity)
    return rows


def _assignments(study: Study) -> list[Assignment]:
    return list(
        Assignment.objects.filter(seat__study=study).select_related(
            "seat", "case__clip"
        )
    )


def _assignment_items(study: Study) -> list[Item]:
    identities = _identities(study)
    return [
        Item(
            f"assignment {row.pk}",
            {
                "seat": row.seat.number,
                "case": str(row.case_id),
                "position": row.position,
                "occasion": row.occasion,
                "slots": [_slot_facts(identity) for identity in identities[row.pk]],
            },
        )
        for row in _assignments(study)
    ]


def _slot_facts(identity: SlotIdentity) -> dict[str, object]:
    slot = identity.slot
    return {
        "slot": str(slot.pk),
        "letter": slot.letter,
        "system": identity.system,
        "rationale": identity.rationale_id,
        "text_sha256": hashlib.sha256(slot.text.encode()).hexdigest(),
    }


def _decoy_breaks(study: Study) -> list[str]:
    """Texts without a system: in no sealed fact, though a rater would read them."""
    decoys = Slot.objects.filter(assignment__seat__study=study, identity=None)
    return [
        f"assignment {row.assignment_id}: has a text of no system" for row in decoys
    ]


def _allocation_breaks(study: Study) -> list[str]:
    """Rederive the allocation from the seed and compare it with the rows."""
    secret = study.secret
    design = secret.design
    try:
        allocation = allocate(
            [CaseKey(**key) for key in design["cases"]],
            design["n_raters"],
            len(secret.systems),
            bytes(secret.seed),
            overlap=design["overlap"],
            repeats=design["repeats"],
        )
    except (StudyError, KeyError, TypeError) as error:
        return [f"design: the allocation cannot be derived again ({error})"]
    derived = {
        (reading.rater + 1, reading.position): (
            reading.case.case,
            reading.occasion,
            [secret.systems[allocation.systems[index]] for index in reading.order],
        )
        for reading in allocation.readings
    }
    identities = _identities(study)
    stored = {
        (row.seat.number, row.position): (
            row.case.clip.name,
            row.occasion,
            [identity.system for identity in identities[row.pk]],
        )
        for row in _assignments(study)
    }
    moved = [
        f"allocation: seat {seat}, position {position} is not what the seed gives"
        for seat, position in sorted(derived.keys() | stored.keys())
        if derived.get((seat, position)) != stored.get((seat, position))
    ]
    return moved + patient_breaks(study)


def _film_breaks(study: Study) -> list[str]:
    breaks = []
    for case in study.cases.order_by("pk"):
        film = shelf.fetch(case.film.partition("/")[0]) / case.film.partition("/")[2]
        if not film.is_file():
            breaks.append(f"case {case.pk}: its film is missing")
        elif file_sha256(film) != case.film_sha256:
            breaks.append(f"case {case.pk}: its film differs from what was sealed")
    return breaks
