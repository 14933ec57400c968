"""A film's bytes, whole or one range of them (RFC 9110, section 14)."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)

from gaitmodel.shelf import Film

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$")


def asked_range(request: HttpRequest, size: int, etag: str) -> range | None:
    """The requested bytes; ``None`` for all; an empty range if unsatisfiable."""
    header = request.headers.get("Range", "")
    if not header or request.headers.get("If-Range", etag) != etag:
        return None
    match = _RANGE.match(header)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(size - int(last), 0), size) if int(last) else range(0)
    stop = min(int(last) + 1, size) if last else size
    return range(int(first), stop) if int(first) < stop else range(0)


def film_response(
    request: HttpRequest, film: Film, asked: range | None, *, etag: str, seconds: int
) -> HttpResponseBase:
    """200, 206 or 416 for an MP4 of the clip store; privately cached ``seconds``."""
    response = _response(request, film, asked)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = f"private, max-age={seconds}"
    response["Content-Disposition"] = "inline"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _response(
    request: HttpRequest, film: Film, asked: range | None
) -> HttpResponseBase:
    size = film.size
    if asked is not None and not asked:
        unmet = HttpResponse(status=416)
        unmet["Content-Range"] = f"bytes */{size}"
        return unmet
    if settings.MEDIA_ACCEL_PREFIX:
        return _accelerated(film)
    part = asked if asked is not None else range(size)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type="video/mp4")
    else:
        response = StreamingHttpResponse(film.blocks(part), content_type="video/mp4")
    response["Content-Length"] = str(len(part))
    if asked is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return response


def _accelerated(film: Film) -> HttpResponse:
    """Leave the bytes and their ranges to nginx, which removes this header."""
    response = HttpResponse(content_type="video/mp4")
    response["X-Accel-Redirect"] = settings.MEDIA_ACCEL_PREFIX + film.accelerated()
    return response
