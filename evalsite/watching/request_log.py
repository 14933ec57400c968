"""Give each request an id, one log line, and an entry in the latency metrics."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase

from annotations.selectors.whose import study_of
from evalsite.watching.logs import REQUEST_ID, STUDY_ID, route_of
from evalsite.watching.metrics import REQUEST_SECONDS

GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
log = logging.getLogger("evalsite.request")


class RequestLog:
    """The outermost middleware, so that every response is recorded."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        REQUEST_ID.set(given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex)
        STUDY_ID.set("")
        began = time.perf_counter()
        response = self.get_response(request)
        spent = time.perf_counter() - began
        view = route_of(request)
        REQUEST_SECONDS.labels(
            view, request.method or "", f"{response.status_code // 100}xx"
        ).observe(spent)
        if settings.LOG_FORMAT == "json":
            facts = {
                "view": view,
                "method": request.method,
                "status": response.status_code,
                "ms": round(1000 * spent, 1),
            }
            log.info("request", extra=facts)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> None:
        """Determine the study before the view runs, so its log lines can name it."""
        if settings.LOG_FORMAT == "json":
            try:
                STUDY_ID.set(study_of(kwargs))
            except DatabaseError:  # the view will meet and report the same
                STUDY_ID.set("")
