"""Endpoints for machines: liveness, readiness, metrics.

They are answered before sessions, host names and redirects are processed, so an
internal probe needs none of them and a lost database cannot stop ``/healthz``.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotFound,
    JsonResponse,
)
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from evalsite.watching.metrics import rendered
from evalsite.watching.readiness import problems


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is checked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 if every part works, else 503; with what is wrong with each part."""
    found = {part: problem or "ok" for part, problem in problems().items()}
    ready = all(word == "ok" for word in found.values())
    return JsonResponse(found, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for configured addresses or with the token; else 404."""
    if not (_comes_from(request) or _brings_token(request)):
        return HttpResponseNotFound()
    return HttpResponse(rendered(), content_type=CONTENT_TYPE_LATEST)


def _comes_from(request: HttpRequest) -> bool:
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_FROM)


def _brings_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(
        given.encode(), wanted.encode()
    )


PROBES = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


class Probes:
    """Answers the probes before any other middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        return probe(request) if probe else self.get_response(request)
