"""Who may use which part of the API, and how refusals are worded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from rest_framework.exceptions import APIException, NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.core.errors import StudyError
from annotations.services.writing import UnknownCaseError
from annotations.vault import Sight, guarded


class Refused(APIException):
    """What the state of a study or case does not allow, in one sentence."""

    status_code = 409
    default_detail = "this cannot be done now"


class IsLead(IsAuthenticated):
    """Leads only."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        is_staff = bool(getattr(request.user, "is_staff", False))
        return super().has_permission(request, view) and is_staff


class RaterView(APIView):
    """A rater's own cases; another's do not exist."""

    permission_classes = [IsAuthenticated]

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, UnknownCaseError):
            exc = NotFound()
        elif isinstance(exc, StudyError):
            exc = Refused(str(exc))
        return super().handle_exception(exc)


class LeadView(RaterView):
    """A lead's part of the API.

    A token is read after the middleware has chosen a stranger's sight, so the sight is
    widened here, once the person is known to be a lead.
    """

    permission_classes = [IsLead]


def with_a_leads_sight(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Run a lead's handler with a lead's sight, no more."""

    def widened(view: LeadView, request: Request, **kwargs: Any) -> Response:
        with guarded(Sight.LEAD):
            return handler(view, request, **kwargs)

    widened.__doc__ = handler.__doc__
    widened.__name__ = handler.__name__
    return widened


def person(request: Request) -> User:
    """The signed-in person, as established by the permission check."""
    if not isinstance(request.user, User):
        raise NotFound
    return request.user
