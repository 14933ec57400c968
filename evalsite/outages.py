"""Outages around the site, distinguished from bugs of ours.

A full or read-only disk, an unreachable database or queue: each gets one page that says
what happens to unsaved input, and one log line for the operator.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from evalsite.watching.logs import route_of

RETRY_AFTER_S = 30
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outage:
    """One kind of outage: its name for the log, and its message for people."""

    name: str
    heading: str
    text: str


DISK_FULL = Outage(
    "disk full",
    "The server's disk is full",
    "Nothing can be saved until the operator has made room. Anything already saved is "
    "safe. A case that is open in a window keeps its unsent answers and sends them by "
    "itself.",
)
READ_ONLY = Outage(
    "disk takes no writes",
    "The server cannot write at the moment",
    "Its disk or database takes no changes until the operator has fixed it. Anything "
    "already saved is safe. A case that is open in a window keeps its unsent answers "
    "and sends them by itself.",
)
DATABASE_DOWN = Outage(
    "database down",
    "The database cannot be reached",
    "Anything already saved is safe. A case that is open in a window keeps its unsent "
    "answers and sends them by itself. Please come back in a few minutes.",
)
BROKER_DOWN = Outage(
    "queue or cache down",
    "A service that the site needs cannot be reached",
    "Signing in and queued work have to wait. Anything already saved is safe, and "
    "anyone signed in can go on scoring. Please try again in a few minutes.",
)

_BY_ERRNO = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EROFS: READ_ONLY,
}
# PostgreSQL's own codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_BY_SQLSTATE = {"53100": DISK_FULL, "25006": READ_ONLY}
_BY_WORDS = {
    "database or disk is full": DISK_FULL,
    "No space left on device": DISK_FULL,
    "readonly database": READ_ONLY,
    "Read-only file system": READ_ONLY,
    "read-only transaction": READ_ONLY,
    "disk I/O error": READ_ONLY,
    "unable to open database file": READ_ONLY,
}


def outage_of(error: BaseException | None) -> Outage | None:
    """The outage that an exception indicates; ``None`` for a bug of ours."""
    for one in _causes(error):
        if isinstance(one, OSError) and one.errno in _BY_ERRNO:
            return _BY_ERRNO[one.errno]
        if (code := getattr(one, "sqlstate", None)) in _BY_SQLSTATE:
            return _BY_SQLSTATE[str(code)]
    for one in _causes(error):
        if isinstance(one, OperationalError | InterfaceError):
            words = str(one)
            known = (_BY_WORDS[part] for part in _BY_WORDS if part in words)
            return next(known, DATABASE_DOWN)
        if type(one).__module__.startswith("redis.") and isinstance(one, Exception):
            return BROKER_DOWN
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and its causes."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def outage_response(
    request: HttpRequest, outage: Outage, error: BaseException | None
) -> HttpResponse:
    """The page (for programs, one sentence in JSON); also writes a log line."""
    reason = str(error).strip().splitlines() or [type(error).__name__]
    log.error(
        "outage: %s: %s %s answered 503: %s",
        outage.name,
        request.method,
        route_of(request),
        reason[0],
    )
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse({"detail": f"{outage.heading}."}, status=503)
    else:
        page = render_to_string("outage.html", {"outage": outage})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response
