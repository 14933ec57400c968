"""Error responses: a page for people, one sentence for programs."""

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
    """400, but 503 if a session could not be written because of an outage.

    Django treats any database error while saving a session as a session deleted
    meanwhile, and the page would discard an answer that it only needs to resend.
    """
    if outage := outage_of(exception):
        return outage_response(request, outage, exception)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 for an outage around the site, 500 for a bug of ours."""
    error = sys.exception()
    if outage := outage_of(error):
        return outage_response(request, outage, error)
    page = render_to_string("500.html", {"request_id": REQUEST_ID.get()})
    return HttpResponseServerError(page)
