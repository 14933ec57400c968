"""Composing a study in the browser, with a check of the design while it is typed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotations.compose_form import ComposeForm
from annotations.core.errors import StudyError
from annotations.forms import first_error
from annotations.services import study_create
from annotations.services.planning import design_check, systems_available
from annotations.views.access import user_of
from gaitmodel.core.errors import GaitError
from gaitmodel.views.access import lead_required


@lead_required
@never_cache
@require_http_methods(["GET", "POST"])
def compose(request: HttpRequest) -> HttpResponse:
    """The form; if the study cannot be made, one sentence says why."""
    sent = request.POST if request.method == "POST" else None
    form = ComposeForm(sent, systems=systems_available())
    problem = ""
    if request.method == "POST":
        if not form.is_valid():
            problem = f"{first_error(form)}."
        else:
            try:
                study = study_create(**form.study(), actor=user_of(request))
            except (StudyError, GaitError) as error:
                problem = f"{error}."
            else:
                return redirect("study", study.pk)
    page = {"form": form, "problem": problem}
    status = 400 if problem else 200
    return render(request, "annotations/compose.html", page, status=status)


@lead_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What the design typed so far would amount to."""
    form = ComposeForm(request.POST, systems=systems_available())
    form.is_valid()
    page: dict[str, object]
    try:
        page = {"check": design_check(**form.design())}
    except StudyError as error:
        page = {"problem": f"{error}."}
    return render(request, "annotations/_design_check.html", page)
