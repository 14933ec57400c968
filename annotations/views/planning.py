"""Planning a study: what a design can show, and how more patients or raters help."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from annotations.core.errors import StudyError
from annotations.core.planning.planned_design import Design
from annotations.forms import first_error
from annotations.plan_form import PlanForm
from gaitmodel.views.access import lead_required

PATIENTS, EVALUATORS = (2, 200), (2, 40)


@lead_required
@require_GET
def planner(request: HttpRequest) -> HttpResponse:
    """The form and, once a design is submitted, its power in words, plot and table."""
    asked = "cases" in request.GET
    form = PlanForm(request.GET if asked else None)
    page: dict[str, object] = {"form": form}
    if asked and not form.is_valid():
        page["problem"] = f"{first_error(form)}."
    elif asked:
        try:
            page |= _found(form.design())
        except StudyError as error:
            page["problem"] = f"{str(error)[:1].upper()}{str(error)[1:]}."
    status = 400 if "problem" in page else 200
    return render(request, "annotations/planner.html", page, status=status)


def _found(design: Design) -> dict[str, object]:
    # SciPy is imported only when a design is submitted, as in ``reports``.
    from annotations.core.planning.in_words import plan_text
    from annotations.core.planning.power import power
    from annotations.core.planning.power_grid import (
        around,
        grid_caption,
        power_grid,
        power_svg,
    )

    words = plan_text(design, power(design)).strip().splitlines()
    patients = around(design.patients, PATIENTS)
    lines = power_grid(design, patients, around(design.evaluators, EVALUATORS))
    # Safe: only numbers and fixed words.
    plot = mark_safe(power_svg(patients, lines))  # noqa: S308  # nosec B308, B703
    return {
        "words": words,
        "plot": plot,
        "caption": grid_caption(design, patients),
        "patients": patients,
        "lines": lines,
    }
