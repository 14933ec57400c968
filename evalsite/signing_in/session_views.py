"""Requests of an open page about its session: the time left, and to stay signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from evalsite.signing_in.session_limits import seconds_left


@never_cache
@require_GET
def session_left(request: HttpRequest) -> HttpResponse:
    """Seconds until sign-out, and a valid form token; this request is no activity.

    After signing in again in another window, an open page's token is no longer valid;
    with this one it can send what it kept.
    """
    if not request.user.is_authenticated:
        return JsonResponse({"left_s": 0}, status=401)
    return JsonResponse({"left_s": seconds_left(request), "csrf": get_token(request)})


@never_cache
@require_POST
def session_stay(request: HttpRequest) -> HttpResponse:
    """A person is still there; the request itself counts as activity."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)
