"""The case's film: authorised against the assignment, in ranges, for five minutes.

A film's address holds a random case id and a signature bound to the rater, the
session and the case; nothing in the address, the headers or the log names the clip.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from annotations.models import Assignment
from annotations.selectors import assignment_for
from annotations.services import film_opened

VALID_S = 300
BLOCK_BYTES = 1 << 16
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


def _signer(request: HttpRequest, case_id: UUID) -> signing.TimestampSigner:
    bound = f"film {request.user.pk} {request.session.session_key} {case_id}"
    return signing.TimestampSigner(salt=bound)


def film_url(request: HttpRequest, case_id: UUID) -> str:
    """An address of the film that holds for five minutes, here and for this person."""
    token = _signer(request, case_id).sign("film")
    return reverse("case_film", args=[case_id, token])


def _own(request: HttpRequest, case_id: UUID) -> Assignment:
    user = request.user
    assignment = assignment_for(user, case_id) if isinstance(user, User) else None
    if assignment is None:
        raise Http404
    return assignment


@login_required
@never_cache
@require_GET
def film_renewed(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A fresh address for a page that stays open."""
    _own(request, case_id)
    return JsonResponse({"url": film_url(request, case_id), "seconds": VALID_S})


@login_required
@require_safe
def film(request: HttpRequest, case_id: UUID, token: str) -> HttpResponseBase:
    """The film's bytes, whole or one range of them."""
    assignment = _own(request, case_id)
    try:
        _signer(request, case_id).unsign(token, max_age=VALID_S)
    except signing.BadSignature as error:
        raise PermissionDenied("the film's address has expired") from error
    return film_served(request, assignment)


def film_served(request: HttpRequest, assignment: Assignment) -> HttpResponseBase:
    """The film of a case that this person may see, whole or in part; its opening logged."""
    path = Path(settings.CLIP_STORE) / assignment.case.film
    if not path.is_file():
        raise Http404
    asked = _asked_range(request, path.stat().st_size, _etag(assignment))
    if request.method == "GET" and (asked is None or asked.start == 0):
        film_opened(assignment=assignment, actor=assignment_reader(request))
    response = _response(request, path, asked)
    response["ETag"] = _etag(assignment)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = f"private, max-age={VALID_S}"
    response["Content-Disposition"] = "inline"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def assignment_reader(request: HttpRequest) -> User:
    """The signed-in rater."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _etag(assignment: Assignment) -> str:
    """Tells two films apart and says nothing about either: a keyed hash."""
    message = f"{assignment.pk} {assignment.case.film_sha256}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256)
    return f'"{digest.hexdigest()[:32]}"'


def _asked_range(request: HttpRequest, size: int, etag: str) -> range | None:
    """The bytes asked for; ``None`` for all; an empty range if it cannot be met."""
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


def _response(
    request: HttpRequest, path: Path, asked: range | None
) -> HttpResponseBase:
    size = path.stat().st_size
    if asked is not None and not asked:
        unmet = HttpResponse(status=416)
        unmet["Content-Range"] = f"bytes */{size}"
        return unmet
    if settings.MEDIA_ACCEL_PREFIX:
        return _accelerated(path)
    part = asked if asked is not None else range(size)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type="video/mp4")
    else:
        response = StreamingHttpResponse(_blocks(path, part), content_type="video/mp4")
    response["Content-Length"] = str(len(part))
    if asked is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return response


def _accelerated(path: Path) -> HttpResponse:
    """Leave the bytes and their ranges to nginx, which removes this header."""
    inside = path.relative_to(settings.CLIP_STORE)
    response = HttpResponse(content_type="video/mp4")
    response["X-Accel-Redirect"] = settings.MEDIA_ACCEL_PREFIX + quote(str(inside))
    return response


def _blocks(path: Path, part: range) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.start)
        left = len(part)
        while left and (block := file.read(min(left, BLOCK_BYTES))):
            left -= len(block)
            yield block
