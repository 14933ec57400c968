"""Film against mat: a plot and the limits of agreement per metric."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from gaitmodel.core.features.bland_altman import agreement
from gaitmodel.core.features.bland_altman_plot import bland_altman_svg
from gaitmodel.core.features.norms import name_and_unit
from gaitmodel.selectors import walkway_pairs
from gaitmodel.views.access import lead_required


@require_GET
@lead_required
def walkway(request: HttpRequest) -> HttpResponse:
    """A plot for every metric that film and mat both measured."""
    shown = []
    for key, pairs in walkway_pairs().items():
        name, unit = name_and_unit(key)
        found = agreement(pairs)
        # Safe: only numbers and our own metric names.
        plot = mark_safe(bland_altman_svg(name, unit, pairs, found))  # noqa: S308  # nosec B308, B703
        row = {"name": name, "unit": unit, "found": found, "plot": plot}
        if found.bias is not None and found.bias_ci is not None:
            low, high = found.bias_ci
            row["bias"] = f"{found.bias:.3g} ({low:.3g} to {high:.3g})"
            row["limits"] = f"{found.lower:.3g} to {found.upper:.3g}"
            row["margin"] = f"{found.limit_margin:.2g}"
        shown.append(row)
    return render(request, "gaitmodel/walkway.html", {"metrics": shown})
