"""A case's film: authorised against the assignment, served in ranges, for five minutes.

A film's URL holds a random case id and a signature bound to the rater, the session and
the case; nothing in the URL, the headers or the log names the clip.
"""

from __future__ import annotations

import hashlib
import hmac
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
)
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from annotations.models import Assignment
from annotations.selectors import assignment_for
from annotations.services import film_opened
from annotations.services.writing import UnknownCaseError
from gaitmodel import shelf
from gaitmodel.views.ranged import asked_range, film_response

VALID_S = 300


def _signer(request: HttpRequest, case_id: UUID) -> signing.TimestampSigner:
    bound = f"film {request.user.pk} {request.session.session_key} {case_id}"
    return signing.TimestampSigner(salt=bound)


def film_url(request: HttpRequest, case_id: UUID) -> str:
    """A URL of the film, valid for five minutes, in this session for this person."""
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
    """A fresh URL for a page that stays open."""
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
    """The film of a case that this person may see, or a range; logs its opening."""
    stored = shelf.film(assignment.case.film)
    if stored is None:
        raise Http404
    etag = _etag(assignment)
    asked = asked_range(request, stored.size, etag)
    if request.method == "GET" and (asked is None or asked.start == 0):
        try:
            film_opened(assignment=assignment, actor=assignment_reader(request))
        except UnknownCaseError as error:
            raise Http404 from error
    return film_response(request, stored, asked, etag=etag, seconds=VALID_S)


def assignment_reader(request: HttpRequest) -> User:
    """The signed-in rater."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _etag(assignment: Assignment) -> str:
    """A keyed hash, which distinguishes films without revealing anything about them."""
    message = f"{assignment.pk} {assignment.case.film_sha256}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256)
    return f'"{digest.hexdigest()[:32]}"'
