"""A case's own steps: opened, film watched, submitted or set aside."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.models import Assignment
from annotations.selectors import case_missing
from annotations.services.rating import writing


def assignment_open(*, assignment: Assignment, actor: User) -> None:
    """Note the first time that a rater sees a case; later times change nothing."""
    if assignment.state != Assignment.State.NEW:
        return
    with writing(assignment) as study:
        opened = Assignment.objects.filter(
            pk=assignment.pk, state=Assignment.State.NEW
        ).update(state=Assignment.State.OPEN, opened_at=timezone.now())
        if opened:
            event_append(
                study=study,
                kind="case_opened",
                actor=actor,
                payload={"assignment": str(assignment.pk)},
            )


def film_opened(*, assignment: Assignment, actor: User) -> None:
    """Log that a rater was served the case's film."""
    with transaction.atomic():
        event_append(
            study=study_for_update(assignment.seat.study_id),
            kind="film_opened",
            actor=actor,
            payload={"assignment": str(assignment.pk)},
        )


def assignment_submit(*, assignment: Assignment, actor: User) -> None:
    """Submit a complete case; the server alone decides whether it is complete."""
    with writing(assignment) as study:
        if missing := case_missing(assignment):
            raise StudyError(
                f"{len(missing)} answers are missing: {', '.join(map(str, missing))}"
                if len(missing) > 1
                else f"1 answer is missing: {missing[0]}"
            )
        _finish(assignment, Assignment.State.SUBMITTED, "")
        event_append(
            study=study,
            kind="case_submitted",
            actor=actor,
            payload={"assignment": str(assignment.pk)},
        )


def assignment_cannot_judge(
    *, assignment: Assignment, reason: str, actor: User
) -> None:
    """Complete a case without ratings because its video cannot be judged."""
    if not reason.strip():
        raise StudyError("say in a few words why the video cannot be judged")
    with writing(assignment) as study:
        _finish(assignment, Assignment.State.CANNOT_JUDGE, reason.strip())
        event_append(
            study=study,
            kind="case_cannot_be_judged",
            actor=actor,
            payload={"assignment": str(assignment.pk), "reason": reason.strip()},
        )


def _finish(assignment: Assignment, state: Assignment.State, reason: str) -> None:
    finished = Assignment.objects.filter(
        pk=assignment.pk, state__in=[Assignment.State.NEW, Assignment.State.OPEN]
    ).update(state=state, reason=reason, submitted_at=timezone.now())
    if not finished:
        raise StateError("this case has been submitted already")
