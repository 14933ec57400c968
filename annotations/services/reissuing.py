"""Reissue the seat of a rater who left or never came; its cases stay unchanged."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.models import Seat, Study
from annotations.selectors.invitations import invitations_waiting
from annotations.services.erasing import seat_free
from annotations.services.inviting import TAKEN_BACK


def seat_reissue(*, study: Study, number: int, reason: str, actor: User | None) -> Seat:
    """Free a seat of an open study: same cases, order and letters, no answers.

    One seat has one rater in the analysis, so the leaving rater's answers are cleared;
    the log keeps them. An unused invitation to the seat becomes void. Recorded as a
    deviation from the protocol.

    Raises
    ------
    StudyError
        If the seat has neither a rater nor an invitation, or no reason is given.
    StateError
        If the study is not open.
    """
    if not reason.strip():
        raise StudyError("reissuing a seat needs a reason")
    with transaction.atomic():
        study = study_for_update(study.pk)
        if not study.is_open:
            raise StateError(
                f"study {study.name!r} is {study.state}; only seats of an open one are reissued"
            )
        seat = study.seats.filter(number=number).first()
        waiting = invitations_waiting(study).filter(seat=seat)
        if seat is None or not (seat.rater_id or waiting.exists()):
            raise StudyError(f"seat {number} of {study.name!r} has no rater")
        left = seat.rater_id
        waiting.update(expires_at=TAKEN_BACK)
        seat_free(seat)
        event_append(
            study=study,
            kind="seat_reissued",
            actor=actor,
            payload={"seat": number, "rater": left, "reason": reason.strip()},
        )
    seat.refresh_from_db()
    return seat
