"""The lead's pages of the model room. None of them loads torch."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gaitmodel.core.scoring.drawing import confusion_svg, reliability_svg
from gaitmodel.core.taxonomy import CLASSES
from gaitmodel.selectors import (
    evaluations_recent,
)

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def lead_required(view: View[P]) -> View[P]:
    """Sign in first; then only leads."""

    @wraps(view)
    def guarded(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not getattr(request.user, "is_staff", False):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast(View[P], login_required(guarded))


@require_GET
@lead_required
def table_one(request: HttpRequest) -> HttpResponse:
    """Table 1 as last evaluated, or as ``?evaluation=`` names it, with its pictures."""
    rows = evaluations_recent()
    asked = request.GET.get("evaluation", "")
    shown = next(
        (row for row in rows if str(row.pk) == asked), rows[0] if rows else None
    )
    context: dict[str, object] = {
        "evaluations": rows,
        "shown": shown,
        "classes": CLASSES,
    }
    if shown:
        context["systems"] = [
            {
                "key": key,
                "row": row,
                "confusion": confusion_svg(row["confusion"], row["title"]),
                "reliability": reliability_svg(
                    row["calibration"]["bins"], row["title"]
                ),
                "per_class": [
                    (c, row["per_class_f1"][c.value], c.value in row["absent"])
                    for c in CLASSES
                ],
            }
            for key, row in shown.table["systems"].items()
        ]
        titles = {key: row["title"] for key, row in shown.table["systems"].items()}
        context["comparisons"] = [
            (" against ".join(titles[key] for key in pair.split(" vs ")), found)
            for pair, found in shown.table["comparisons"].items()
        ]
        context["scenes"] = next(
            (
                row["shortcut"]["n"]
                for row in shown.table["systems"].values()
                if row.get("shortcut")
            ),
            0,
        )
    return render(request, "gaitmodel/table_one.html", context)
