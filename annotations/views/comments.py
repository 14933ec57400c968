"""The lead's comment pages: coding them blind, and searching them afterwards."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from annotations.core.errors import StudyError
from annotations.models import Study
from annotations.selectors import ratings_for
from annotations.selectors.comments import codebook_of, coding_next, comments_found
from annotations.services.coding import codebook_save, comment_code
from annotations.views.access import user_of
from gaitmodel.views.access import lead_required


@lead_required
@never_cache
@require_http_methods(["GET", "POST"])
def coding(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """The codebook, then one comment after another, without system or writer."""
    study = get_object_or_404(Study, pk=study_id)
    coder = user_of(request)
    if request.method == "POST":
        try:
            if "codebook" in request.POST:
                codebook_save(study=study, text=request.POST["codebook"], actor=coder)
            else:
                number = request.POST.get("comment", "")[:18]
                comment_code(
                    study=study,
                    comment_id=int(number) if number.isdecimal() else 0,
                    keys=request.POST.getlist("code"),
                    coder=coder,
                )
        except StudyError as error:
            messages.error(request, str(error))
        return redirect("study_coding", study.pk)
    page = {
        "study": study,
        "codes": codebook_of(study),
        "task": coding_next(study, coder),
    }
    return render(request, "annotations/coding.html", page)


@lead_required
@never_cache
@require_GET
def comments(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Comments of an unblinded study by system, filtered by a word."""
    study = get_object_or_404(Study, pk=study_id)
    words = request.GET.get("q", "").strip()
    try:
        found = comments_found(ratings_for(study), words)
    except StudyError as error:
        messages.error(request, str(error))
        return redirect("study", study.pk)
    found.sort(key=lambda output: (not output.best, output.model, output.case))
    page = {"study": study, "found": found, "words": words}
    return render(request, "annotations/comments.html", page)
