"""The page of Table 1, with the pictures of each system."""

from __future__ import annotations

from django.http import (
    HttpRequest,
    HttpResponse,
)
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gaitmodel.core.scoring.drawing import confusion_svg, reliability_svg
from gaitmodel.core.scoring.draws import draws_sentence
from gaitmodel.core.scoring.free_text import FreeText, free_text_sentence
from gaitmodel.core.scoring.seen import seen_sentence
from gaitmodel.core.scoring.shortcut import shortcut_sentence
from gaitmodel.core.taxonomy import CLASSES
from gaitmodel.selectors import (
    evaluations_recent,
)
from gaitmodel.views.access import lead_required


@require_GET
@lead_required
def table_one(request: HttpRequest) -> HttpResponse:
    """Table 1 as last evaluated, or as ``?evaluation=`` names it, with pictures."""
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
        first = next(iter(shown.table["systems"].values()))
        context["draws"] = draws_sentence(
            first["subjects_per_class"], first["classes_lost"]
        )
        titles = {key: row["title"] for key, row in shown.table["systems"].items()}
        context["comparisons"] = [
            (" against ".join(titles[key] for key in pair.split(" vs ")), found)
            for pair, found in shown.table["comparisons"].items()
        ]
        scenes = context["scenes"] = next(
            (
                row["shortcut"]["n"]
                for row in shown.table["systems"].values()
                if row.get("shortcut")
            ),
            0,
        )
        context["notes"] = [
            *(
                seen_sentence(row["title"], row["subjects_seen"])
                for row in shown.table["systems"].values()
                if row.get("subjects_seen")
            ),
            *([shortcut_sentence(scenes)] if scenes else []),
            *(
                free_text_sentence(row["title"], FreeText(**row["free_text"]))
                for row in shown.table["systems"].values()
                if row.get("free_text")
            ),
        ]
    return render(request, "gaitmodel/table_one.html", context)
