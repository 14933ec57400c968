"""A rater's joining and leaving: consent, instructions, practice, own diagnosis."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.models import OwnDiagnosis, Seat, Study
from annotations.services.erasing import contents_erase, seat_free
from annotations.services.writing import UnknownCaseError, writing
from gaitmodel.core.taxonomy import GaitClass


@contextmanager
def _sitting(seat_id: UUID, rater: User) -> Iterator[tuple[Study, Seat]]:
    """Lock the open study of the rater's own seat; the seat is read under the lock."""
    mine = Seat.objects.filter(pk=seat_id, rater=rater)
    with transaction.atomic():
        study_id = mine.values_list("study_id", flat=True).first()
        study = study_for_update(study_id) if study_id else None
        seat = mine.first()
        if study is None or seat is None:
            raise UnknownCaseError("there is no such seat")
        if not study.is_open:
            raise StateError("the study is closed")
        yield study, seat


def consent_give(*, seat_id: UUID, version: str, actor: User) -> None:
    """Record that the rater agrees to the form of this version, and when.

    Raises
    ------
    StudyError
        If the study asks for no consent, or for another version of it.
    """
    with _sitting(seat_id, actor) as (study, seat):
        form = study.rules.consent_for(seat.site)
        if form is None or form.version != version:
            raise StudyError(f"consent form {version!r} is not this study's")
        if seat.consented_at is not None:
            return
        now = timezone.now()
        Seat.objects.filter(pk=seat_id).update(
            consent_version=form.version, consented_at=now
        )
        event_append(
            study=study,
            kind="consent_given",
            actor=actor,
            payload={
                "seat": seat.number,
                "site": seat.site,
                "version": form.version,
                "text_sha256": hashlib.sha256(form.text.encode()).hexdigest(),
            },
        )


def consent_withdraw(*, seat_id: UUID, actor: User) -> None:
    """Erase the rater's answers and their content in the log; the chain still verifies.

    The seat becomes free, so that the lead can give its cases to someone else.

    Raises
    ------
    StateError
        Once the study is locked: the answers are then part of the result.
    """
    with _sitting(seat_id, actor) as (study, seat):
        seat_free(seat)
        erased = contents_erase(study, actor)
        event_append(
            study=study,
            kind="consent_withdrawn",
            actor=None,
            payload={"seat": seat.number, "rater": actor.pk, "erased": erased},
        )


def seat_instructed(*, seat_id: UUID, actor: User) -> None:
    """Record that the rater has read the instructions."""
    with _sitting(seat_id, actor):
        Seat.objects.filter(pk=seat_id, instructed_at=None).update(
            instructed_at=timezone.now()
        )


def seat_practised(*, seat_id: UUID, actor: User) -> None:
    """Record that the rater has finished practising. Practice scores are not kept."""
    with _sitting(seat_id, actor) as (study, seat):
        noted = Seat.objects.filter(pk=seat_id, practised_at=None).update(
            practised_at=timezone.now()
        )
        if noted:
            payload = {"seat": seat.number}
            event_append(
                study=study, kind="practice_finished", actor=actor, payload=payload
            )


def own_diagnosis_give(
    *, case_id: UUID, label: str, confidence: int | None, actor: User
) -> None:
    """Record the rater's own diagnosis, once, before any text is shown."""
    if label not in set(GaitClass):
        raise StudyError(f"{label!r} is not one of the eight classes")
    with writing(case_id, actor, before_texts=True) as held:
        if not held.study.rules.own_diagnosis:
            raise StateError("this study does not ask for the rater's own diagnosis")
        if hasattr(held.assignment, "own_diagnosis"):
            raise StateError(
                "the diagnosis has been given and can no longer be changed"
            )
        OwnDiagnosis.objects.create(
            assignment=held.assignment,
            label=label,
            confidence=confidence,
            given_at=timezone.now(),
        )
        event_append(
            study=held.study,
            kind="own_diagnosis_given",
            actor=actor,
            payload={
                "assignment": str(case_id),
                "label": label,
                "confidence": confidence,
            },
        )
