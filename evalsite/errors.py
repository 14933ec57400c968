"""What is not there or not working: a page for people, one sentence for programs."""

from __future__ import annotations

import sys

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseServerError,
    JsonResponse,
)
from django.template.loader import render_to_string
from django.views import defaults

from evalsite.outages import outage_of, outage_response
from evalsite.watching.logs import REQUEST_ID


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The 404 of the whole site."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "Not found."}, status=404)
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, but 503 where a session could not be written because something is down.

    Django takes any database error while it saves a session for a session that was
    deleted meanwhile, and a page would give an answer up that it need only send again.
    """
    if outage := outage_of(exception):
        return outage_response(request, outage, exception)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where something around the site is down, 500 where the fault is ours."""
    error = sys.exception()
    if outage := outage_of(error):
        return outage_response(request, outage, error)
    page = render_to_string("500.html", {"request_id": REQUEST_ID.get()})
    return HttpResponseServerError(page)
