"""Closing a study: lock the answers, then unblind with enough signatures."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.models import Signature, Study
from annotations.services.sealing import protocol_breaks


def study_lock(*, study: Study, actor: User | None = None) -> Study:
    """Lock an open study: from now on the database refuses every answer."""
    with transaction.atomic():
        study = study_for_update(study.pk)
        if not study.is_open:
            raise StateError(
                f"study {study.name!r} is {study.state}; only an open one can be locked"
            )
        study.state, study.locked_at = Study.State.LOCKED, timezone.now()
        study.save(update_fields=["state", "locked_at"])
        event_append(study=study, kind="study_locked", actor=actor, payload={})
    return study


def study_unblind(*, study: Study, signer: User, password: str, reason: str) -> Study:
    """Sign the unblinding; the last signature that the protocol requires unblinds.

    The password is required again, so that an unattended session cannot sign.
    """
    with transaction.atomic():
        study = study_for_update(study.pk)
        if study.state != Study.State.LOCKED:
            raise StateError(
                f"study {study.name!r} is {study.state}; only a locked one is unblinded"
            )
        if breaks := protocol_breaks(study):
            raise StudyError(
                f"study {study.name!r} differs from what was sealed ({breaks[0]}), so "
                "the signatures that it needs are not known"
            )
        _check_signer(study, signer, password, reason)
        if study.signatures.filter(signer=signer).exists():
            raise StudyError(
                f"{signer.username!r} has already signed; another lead must sign"
            )
        now = timezone.now()
        Signature.objects.create(
            study=study, signer=signer, reason=reason.strip(), signed_at=now
        )
        event_append(
            study=study,
            kind="unblinding_signed",
            actor=signer,
            payload={"reason": reason.strip()},
        )
        if study.signatures.count() >= study.rules.signatories:
            study.state, study.unblinded_at = Study.State.UNBLINDED, now
            study.save(update_fields=["state", "unblinded_at"])
            event_append(study=study, kind="study_unblinded", actor=signer, payload={})
    return study


def check_password_again(person: User, password: str) -> None:
    """Check the password before an irreversible act: an open session is not enough.

    Raises
    ------
    StudyError
        If the password is not the person's.
    """
    if not person.check_password(password):
        raise StudyError("the password is wrong; nothing was done")


def _check_signer(study: Study, signer: User, password: str, reason: str) -> None:
    if not (signer.is_active and signer.is_staff):
        raise StudyError(f"{signer.username!r} is not a lead and cannot sign")
    seated = Q(kind="rater_seated", content__payload__rater=signer.pk)
    # For people who have withdrawn, the log keeps the entries without their content.
    withdrawn = Q(actor=signer, content=None)
    if study.events.filter(seated | withdrawn).exists():
        raise StudyError(
            f"{signer.username!r} was a rater in this study and cannot sign"
        )
    check_password_again(signer, password)
    if not reason.strip():
        raise StudyError("an unblinding needs a reason")
