"""Before sealing: the identifiability audit, and the texts as they will be shown."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.core.errors import StudyError
from annotations.core.statistics.told import RED
from annotations.models import PresentationReview, Study
from annotations.services.auditing import (
    identifiability_audit,
    identifiability_masked,
    presentation_differences,
    presentation_sign,
)
from annotations.views.access import user_of
from gaitmodel.views.access import lead_required


@lead_required
@never_cache
@require_http_methods(["GET", "POST"])
def audit(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """The masked audit and the differences; a draft can be audited and signed."""
    study = get_object_or_404(Study, pk=study_id)
    if request.method == "POST":
        return _acted(request, study)
    page = {
        "study": study,
        "audit": identifiability_masked(study),
        "red": RED,
        "texts": presentation_differences(study),
        "review": PresentationReview.objects.filter(study=study)
        .select_related("signed_by")
        .first(),
    }
    return render(request, "annotations/audit.html", page)


def _acted(request: HttpRequest, study: Study) -> HttpResponse:
    act = identifiability_audit if "audit" in request.POST else presentation_sign
    try:
        act(study=study, actor=user_of(request))
    except StudyError as error:
        messages.error(request, f"{error}.")
    return redirect("study_audit", study.pk)
