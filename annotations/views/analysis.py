"""The lead's analysis page, which does not exist before unblinding."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from annotations.core.errors import StudyError
from annotations.models import Study
from annotations.reports import study_report_html
from gaitmodel.views.access import lead_required


@lead_required
@never_cache
@require_GET
def study_analysis(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """The whole report, or back to the study with the reason why there is none."""
    study = get_object_or_404(Study, pk=study_id)
    try:
        report = study_report_html(study)
    except StudyError as error:
        messages.error(request, str(error))
        return redirect("study", study.pk)
    page = {"study": study, "report": report}
    return render(request, "annotations/analysis.html", page)
