"""A case as its rater will see it, for leads; and emergency unblinding of one case."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from annotations.core.errors import StudyError
from annotations.forms import EmergencyForm, ReissueForm, first_error
from annotations.media import film_served
from annotations.models import Study
from annotations.selectors.cases import assignment_previewed, previewed_case
from annotations.services.closing import check_password_again
from annotations.services.emergency import case_unblind
from annotations.services.reissuing import seat_reissue
from annotations.views.access import user_of
from annotations.views.studies import refused
from gaitmodel.views.access import lead_required


@lead_required
@never_cache
@require_safe
def preview(request: HttpRequest, study_id: UUID, case_id: UUID) -> HttpResponse:
    """The rater's own page, made from the same record; nothing can be saved."""
    study = get_object_or_404(Study, pk=study_id)
    assignment = assignment_previewed(study, case_id)
    if assignment is None:
        raise Http404
    page = {
        "case": previewed_case(assignment),
        "film_url": reverse("case_preview_film", args=[study.pk, assignment.pk]),
        "study": study,
        "seat": assignment.seat.number,
    }
    return render(request, "annotations/case.html", page)


@lead_required
@require_safe
def preview_film(
    request: HttpRequest, study_id: UUID, case_id: UUID
) -> HttpResponseBase:
    """The film of a previewed case; a lead may watch every film of a study."""
    study = get_object_or_404(Study, pk=study_id)
    assignment = assignment_previewed(study, case_id)
    if assignment is None:
        raise Http404
    return film_served(request, assignment)


@lead_required
@require_POST
def emergency(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Unblind one case, with password and reason; the page shows it once."""
    study = get_object_or_404(Study, pk=study_id)
    form = EmergencyForm(request.POST)
    try:
        if not form.is_valid():
            raise StudyError(first_error(form))
        opened = case_unblind(
            study=study,
            case_id=form.cleaned_data["case"],
            actor=user_of(request),
            password=form.cleaned_data["password"],
            reason=form.cleaned_data["reason"],
        )
    except StudyError as error:
        return refused(request, study, "emergency", error)
    page = {"study": study, "opened": opened}
    return render(request, "annotations/opened_case.html", page)


@lead_required
@require_POST
def reissue(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Free the seat of a rater who has left, with password and reason."""
    study = get_object_or_404(Study, pk=study_id)
    form = ReissueForm(request.POST)
    try:
        if not form.is_valid():
            raise StudyError(first_error(form))
        check_password_again(user_of(request), form.cleaned_data["password"])
        seat = seat_reissue(
            study=study,
            number=form.cleaned_data["number"],
            reason=form.cleaned_data["reason"],
            actor=user_of(request),
        )
    except StudyError as error:
        return refused(request, study, "reissuing", error)
    messages.success(request, f"Seat {seat.number} is free: invite someone to it.")
    return redirect("study", study.pk)
