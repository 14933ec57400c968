"""The page's beats: active time and film watched, nothing about the answers."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from annotations.core.errors import StudyError
from annotations.forms import BeatForm
from annotations.services.attending import attention_note
from annotations.services.writing import UnknownCaseError
from annotations.views.access import own_case, user_of


@login_required
@require_POST
def attention(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record a beat; a closed case answers 409, which the page may ignore."""
    form = BeatForm(request.POST)
    if not form.is_valid():
        own_case(request, case_id)
        return HttpResponse(status=400)
    try:
        attention_note(case_id=case_id, beat=form.beat(), actor=user_of(request))
    except UnknownCaseError as error:
        raise Http404 from error
    except StudyError:
        return HttpResponse(status=409)
    return HttpResponse(status=204)
