"""Access control: raters reach only their own cases."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from annotations.core.errors import StudyError
from annotations.models import Assignment
from annotations.selectors import assignment_for
from annotations.services import assignment_open


def user_of(request: HttpRequest) -> User:
    """The signed-in person, for views behind ``login_required``."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def own_case(request: HttpRequest, case_id: UUID) -> Assignment:
    """The case, looked up through its rater; anyone else's gives 404."""
    assignment = assignment_for(user_of(request), case_id)
    if assignment is None:
        raise Http404
    return assignment


def opened(request: HttpRequest, assignment: Assignment) -> bool:
    """Note the first time that a case is seen; whether it may still be.

    Its study may have been locked, or its seat freed, since it was found: the same
    address, asked again, then says so.
    """
    if assignment.state == Assignment.State.NEW:
        try:
            assignment_open(case_id=assignment.pk, actor=user_of(request))
        except StudyError:
            return False
    return True


def before_the_case(assignment: Assignment) -> tuple[str, UUID] | None:
    """The page that must come before this case's texts; ``None`` if there is none."""
    rules = assignment.seat.study.rules
    if rules.consents and assignment.seat.consented_at is None:
        return "consent", assignment.seat_id
    if rules.own_diagnosis and not hasattr(assignment, "own_diagnosis"):
        return "diagnosis", assignment.pk
    return None
