"""The lead's Run pages: the queue, and one Run with the end of its log."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from gaitmodel.models import Run
from gaitmodel.selectors.runs import runs_shown
from gaitmodel.services import runs as services
from gaitmodel.views.access import lead_required


@require_GET
@lead_required
def runs(request: HttpRequest) -> HttpResponse:
    """Every Run with its state; htmx polls while one is under way."""
    rows = runs_shown()
    context = {"runs": rows, "active": any(not run.is_finished for run in rows)}
    return render(request, _template(request, "runs"), context)


@require_GET
@lead_required
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One Run: its request, its worker, the end of its log."""
    context = {"run": get_object_or_404(Run, pk=run_id)}
    return render(request, _template(request, "run"), context)


def _template(request: HttpRequest, name: str) -> str:
    fragment = "_" if request.headers.get("HX-Request") else ""
    return f"gaitmodel/{fragment}{name}.html"


@require_POST
@lead_required
def run_cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    services.run_cancel(run_id=get_object_or_404(Run, pk=run_id).pk)
    return redirect("gaitmodel:runs")


@require_POST
@lead_required
def run_retry(request: HttpRequest, run_id: UUID) -> HttpResponse:
    services.run_retry(run_id=get_object_or_404(Run, pk=run_id).pk)
    return redirect("gaitmodel:runs")
