"""A case's steps: opened, film watched, submitted or set aside, reopened."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.models import Assignment, Attention, Seat
from annotations.selectors.answers import case_missing
from annotations.services.writing import (
    FINISHED,
    HeldCase,
    check_still_seated,
    study_held,
    writing,
)


def assignment_open(*, case_id: UUID, actor: User) -> None:
    """Record the first time a rater sees a case; idempotent."""
    with transaction.atomic():
        study = study_held(case_id, actor)
        fresh = Assignment.objects.filter(
            pk=case_id, seat__rater=actor, state=Assignment.State.NEW
        )
        if study.rules.consents:
            fresh = fresh.filter(seat__consented_at__isnull=False)
        if fresh.update(state=Assignment.State.OPEN, opened_at=timezone.now()):
            payload = {"assignment": str(case_id)}
            event_append(study=study, kind="case_opened", actor=actor, payload=payload)


def film_opened(*, assignment: Assignment, actor: User) -> None:
    """Log that a rater, or a lead who looks at the rater's page, is served the film.

    Raises
    ------
    UnknownCaseError
        If the rater has left the seat: nothing is logged of who has withdrawn.
    """
    with transaction.atomic():
        study = study_for_update(assignment.seat.study_id)
        if not actor.is_staff:
            seat = Seat.objects.filter(pk=assignment.seat_id)
            check_still_seated(seat.values_list("rater", flat=True).get(), actor)
        event_append(
            study=study,
            kind="film_opened",
            actor=actor,
            payload={"assignment": str(assignment.pk)},
        )


def assignment_submit(*, case_id: UUID, actor: User) -> None:
    """Submit a complete case; only the server decides whether it is complete."""
    with writing(case_id, actor) as held:
        if missing := case_missing(case_id, held.study.rules):
            raise StudyError(
                f"{len(missing)} answers are missing: {', '.join(map(str, missing))}"
                if len(missing) > 1
                else f"1 answer is missing: {missing[0]}"
            )
        _finish(held, Assignment.State.SUBMITTED, "")
        _log(held, "case_submitted", actor, **_attention(held))


def assignment_cannot_judge(*, case_id: UUID, reason: str, actor: User) -> None:
    """Complete a case without ratings because its video cannot be judged."""
    if not reason.strip():
        raise StudyError("say in a few words why the video cannot be judged")
    with writing(case_id, actor, before_texts=True) as held:
        _finish(held, Assignment.State.CANNOT_JUDGE, reason.strip())
        _log(held, "case_cannot_be_judged", actor, reason=reason.strip())


def assignment_reopen(*, case_id: UUID, actor: User) -> None:
    """Reopen a submitted case while the study is open, if the protocol allows it."""
    with transaction.atomic():
        study = study_held(case_id, actor)
        if not study.rules.reopening:
            raise StateError("this study's protocol does not let a case be reopened")
        reopened = Assignment.objects.filter(
            pk=case_id, seat__rater=actor, state__in=FINISHED
        ).update(state=Assignment.State.OPEN, submitted_at=None, reason="")
        if not reopened:
            raise StateError("this case has not been submitted")
        payload = {"assignment": str(case_id)}
        event_append(study=study, kind="case_reopened", actor=actor, payload=payload)


def _finish(held: HeldCase, state: Assignment.State, reason: str) -> None:
    """Finish a case; its study's row is locked, so what ``writing`` checked holds."""
    Assignment.objects.filter(pk=held.assignment.pk).update(
        state=state, reason=reason, submitted_at=timezone.now()
    )


def _log(held: HeldCase, kind: str, actor: User, **facts: object) -> None:
    payload = {"assignment": str(held.assignment.pk), **facts}
    event_append(study=held.study, kind=kind, actor=actor, payload=payload)


def _attention(held: HeldCase) -> dict[str, object]:
    """What the log keeps about how the case was read; empty without JavaScript."""
    seen = Attention.objects.filter(assignment=held.assignment).first()
    if seen is None:
        return {}
    return {
        "active_s": seen.active_s,
        "coverage": seen.coverage,
        "first_answer_s": seen.first_answer_s,
    }
