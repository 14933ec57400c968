"""Limit the length of sessions, and require a second factor of leads."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve

Next = Callable[[HttpRequest], HttpResponseBase]

# Requests that a page makes by itself are not activity of a person.
UNATTENDED = frozenset({"session_left", "case_film_url", "case_film"})
# Session rows are written at most this often to record activity.
NOTED_EVERY_S = 60
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def seconds_left(request: HttpRequest) -> int:
    """Seconds until the session ends, by idleness or by its full length."""
    now = time.time()
    idle = settings.SESSION_IDLE_S - (now - request.session.get("seen", now))
    whole = settings.SESSION_COOKIE_AGE - (now - request.session.get("begun", now))
    return max(0, int(min(idle, whole)))


class SessionLimits:
    """Sign out after 15 minutes without activity, and after 12 hours in any case."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            if seconds_left(request) == 0:
                logout(request)
                messages.info(request, "You were signed out. Sign in to go on.")
            else:
                _note(request)
        if is_fragment(request) and not request.user.is_authenticated:
            # A redirect would put the sign-in page in place of a fragment.
            return HttpResponse(status=401)
        return self.get_response(request)


def is_fragment(request: HttpRequest) -> bool:
    """Whether a script requests a fragment of a page."""
    return request.headers.get("HX-Request") == "true"


def _note(request: HttpRequest) -> None:
    now = time.time()
    session = request.session
    if "begun" not in session:
        session["begun"] = now
    if now - session.get("seen", 0) < NOTED_EVERY_S or _is_unattended(request):
        return
    session["seen"] = now


def _is_unattended(request: HttpRequest) -> bool:
    return resolve(request.path_info).url_name in UNATTENDED


class LeadsNeedSecondFactor:
    """A lead without a second factor can only set one up."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not settings.LEADS_NEED_MFA or not getattr(request.user, "is_staff", False):
            return None
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name.startswith(("mfa_", "account_", "session_")) or _has_factor(request):
            return None
        messages.info(request, "Leads sign in with a second factor. Set one up first.")
        return redirect("mfa_activate_totp")


def _has_factor(request: HttpRequest) -> bool:
    """Looked up once per session: removing it requires signing in again."""
    if not request.session.get("second_factor"):
        found = Authenticator.objects.filter(user_id=request.user.pk, type__in=FACTORS)
        if not found.exists():
            return False
        request.session["second_factor"] = True
    return True
