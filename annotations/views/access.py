"""Who may come in: raters through their own cases, leads by their role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from annotations.models import Assignment
from annotations.selectors import assignment_for

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def user_of(request: HttpRequest) -> User:
    """The signed-in person, for views behind ``login_required``."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def lead_required(view: View[P]) -> View[P]:
    """Sign in first; then only leads."""

    @wraps(view)
    def guarded(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not user_of(request).is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast(View[P], login_required(guarded))


def own_case(request: HttpRequest, case_id: UUID) -> Assignment:
    """The case, found through its rater; anyone else's does not exist."""
    assignment = assignment_for(user_of(request), case_id)
    if assignment is None:
        raise Http404
    return assignment
