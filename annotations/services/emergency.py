"""Unblind one sealed case in an emergency: one leaf, never the rest, and logged."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.core.proof.seal import ProofStep, proof
from annotations.models import Assignment, Seal, SlotIdentity, Study
from annotations.services.closing import check_password_again
from annotations.services.sealing import stored_seal
from annotations.vault import vault_opened


@dataclass(frozen=True)
class OpenedCase:
    """Which system wrote which text of one case, with the proof of its sealing."""

    name: str
    systems: tuple[tuple[str, str], ...]
    root: str
    nonce: str
    steps: tuple[ProofStep, ...]


def case_unblind(
    *, study: Study, case_id: UUID, actor: User, password: str, reason: str
) -> OpenedCase:
    """Unblind one case of a sealed study to one lead; the study's log records it.

    The nonce opens only this leaf: the others stay closed, as each has its own.

    Raises
    ------
    StudyError
        If the actor is not a lead, the password is wrong, the reason is empty, or the
        case is not of this study.
    StateError
        If the study has not been sealed yet.
    """
    if not (actor.is_active and actor.is_staff):
        raise StudyError(f"{actor.username!r} is not a lead and cannot unblind a case")
    check_password_again(actor, password)
    if not reason.strip():
        raise StudyError("unblinding a case needs a reason")
    with transaction.atomic(), vault_opened():
        study = study_for_update(study.pk)
        seal = Seal.objects.filter(study=study).first()
        if seal is None:
            raise StateError(f"study {study.name!r} is not sealed yet")
        if not Assignment.objects.filter(pk=case_id, seat__study=study).exists():
            raise StudyError(f"study {study.name!r} has no case {case_id}")
        opened = _opened(study, seal, case_id)
        event_append(
            study=study,
            kind="case_unblinded",
            actor=actor,
            payload={"assignment": str(case_id), "reason": reason.strip()},
        )
    return opened


def _opened(study: Study, seal: Seal, case_id: UUID) -> OpenedCase:
    sealed = stored_seal(study, seal)
    name = f"assignment {case_id}"
    leaf = next(leaf for leaf in sealed.leaves if leaf.name == name)
    rows = SlotIdentity.objects.filter(slot__assignment=case_id).order_by(
        "slot__letter"
    )
    return OpenedCase(
        name=name,
        systems=tuple(rows.values_list("slot__letter", "system")),
        root=seal.root,
        nonce=leaf.nonce,
        steps=proof(sealed, name),
    )
