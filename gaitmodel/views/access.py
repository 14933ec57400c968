"""Access to these pages: leads only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponseBase,
)

P = ParamSpec("P")


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def lead_required(view: View[P]) -> View[P]:
    """Require sign-in, then the lead's role."""

    @wraps(view)
    def guarded(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not getattr(request.user, "is_staff", False):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast(View[P], login_required(guarded))
