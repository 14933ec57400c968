"""The lead's pages of the model room. None of them loads torch."""

from __future__ import annotations

from uuid import UUID

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.middleware import HtmxDetails

from gaitmodel import services
from gaitmodel.models import Run
from gaitmodel.selectors import runs_recent


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


lead_required = staff_member_required(login_url="login")


@require_GET
@lead_required
def runs(request: HtmxHttpRequest) -> HttpResponse:
    """Every Run with its state; htmx asks again while one is under way."""
    rows = runs_recent()
    active = any(not run.is_finished for run in rows)
    template = "gaitmodel/_runs.html" if request.htmx else "gaitmodel/runs.html"
    return render(request, template, {"runs": rows, "active": active})


@require_POST
@lead_required
def run_cancel(request: HtmxHttpRequest, run_id: UUID) -> HttpResponse:
    run = get_object_or_404(Run, pk=run_id)
    services.run_cancel(run_id=run.pk)
    return redirect("gaitmodel:runs")


@require_POST
@lead_required
def run_retry(request: HtmxHttpRequest, run_id: UUID) -> HttpResponse:
    run = get_object_or_404(Run, pk=run_id)
    services.run_retry(run_id=run.pk)
    return redirect("gaitmodel:runs")
