"""What the systems wrote, for leads, excluding the clips of blinded studies."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from annotations.selectors.progress import clips_blinded
from annotations.vault import vault_opened
from gaitmodel.core.taxonomy import CLASSES
from gaitmodel.selectors import exhibits, systems_heard
from gaitmodel.views.access import lead_required
from gaitmodel.views.choosing import chosen


@lead_required
@never_cache
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Clips with a system's texts, numbers coloured by the evidence check."""
    hidden = clips_blinded()
    with vault_opened():
        systems = systems_heard()
        system = chosen(request.GET.get("system", ""), systems)
        label = chosen(request.GET.get("label", ""), CLASSES)
        context = {
            "exhibits": exhibits(system=system, label=label, without=hidden),
            "systems": systems,
            "classes": CLASSES,
            "system": system,
            "label": label,
            "withheld": len(hidden),
        }
    return render(request, "gaitmodel/gallery.html", context)
