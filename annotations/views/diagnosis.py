"""The rater's own diagnosis, where the protocol asks for it before any text."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.core.errors import StudyError
from annotations.forms import DiagnosisForm
from annotations.media import film_url
from annotations.services.joining import own_diagnosis_give
from annotations.views.access import before_the_case, opened, own_case, user_of
from gaitmodel.core.taxonomy import CLASSES


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def diagnosis(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What do you see? Asked once, with the film and without the texts."""
    assignment = own_case(request, case_id)
    if not assignment.seat.study.rules.own_diagnosis:
        raise Http404
    first = before_the_case(assignment)
    is_given = hasattr(assignment, "own_diagnosis")
    if is_given or assignment.is_done or not assignment.seat.study.is_open:
        return redirect("case", case_id)
    if first and first[0] == "consent":
        return redirect(*first)
    if not opened(request, assignment):
        return redirect(request.path)
    form = DiagnosisForm(request.POST or None)
    problem = _given(request, case_id, form) if request.method == "POST" else ""
    if request.method == "POST" and not problem:
        return redirect("case", case_id)
    page = {
        "number": assignment.position,
        "path": request.path.removesuffix("diagnosis/"),
        "film_fps": assignment.case.film_fps,
        "film_url": film_url(request, case_id),
        "renew": reverse("case_film_url", args=[case_id]),
        "classes": CLASSES,
        "asks_confidence": assignment.seat.study.rules.confidence,
        "problem": problem,
    }
    status = 400 if problem else 200
    return render(request, "annotations/diagnosis.html", page, status=status)


def _given(request: HttpRequest, case_id: UUID, form: DiagnosisForm) -> str:
    """Record it; returns one sentence if that is not possible."""
    if not form.is_valid():
        return "Choose one of the eight classes."
    try:
        own_diagnosis_give(
            case_id=case_id,
            label=form.cleaned_data["label"],
            confidence=form.cleaned_data["confidence"],
            actor=user_of(request),
        )
    except StudyError as error:
        return f"{error}."
    return ""
