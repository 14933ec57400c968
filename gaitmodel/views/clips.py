"""The lead's clip pages: a list, and one walk with its film, curves and numbers."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_safe

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.curves import curves_svg
from gaitmodel.core.features.findings import what_is_off
from gaitmodel.core.features.rows import metric_rows
from gaitmodel.models import Clip
from gaitmodel.selectors import (
    clip_features,
    clip_pose,
    clip_shown_video,
    clips_found,
    reviews_open,
)
from gaitmodel.shelf import FilmOnDisk
from gaitmodel.views.access import lead_required
from gaitmodel.views.choosing import chosen
from gaitmodel.views.ranged import asked_range, film_response

PER_PAGE = 50
FILM_S = 300


@require_GET
@lead_required
def clip_list(request: HttpRequest) -> HttpResponse:
    """All clips, fifty per page, filtered by class and state."""
    choices = {
        "label": Clip._meta.get_field("label").flatchoices,
        "state": Clip.State.choices,
    }
    wanted = {
        name: chosen(request.GET.get(name, ""), dict(known))
        for name, known in choices.items()
    }
    pages = Paginator(clips_found(**wanted), PER_PAGE)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "labels": choices["label"],
        "states": choices["state"],
        "wanted": wanted,
        "waiting": reviews_open().count(),
    }
    return render(request, "gaitmodel/clip_list.html", context)


@require_GET
@lead_required
def clip_page(request: HttpRequest, clip_id: int) -> HttpResponse:
    """One walk: findings, the table by side, the curves beside the film."""
    clip = get_object_or_404(Clip.objects.select_related("subject"), pk=clip_id)
    context: dict[str, object] = {"clip": clip}
    features = clip_features(clip)
    if features is not None:
        context |= {
            "features": features,
            "findings": what_is_off(features),
            "rows": metric_rows(features),
            # Safe: numbers and fixed words, nothing from the clip's name or source.
            "curves": mark_safe(curves_svg(clip_pose(clip), features.events)),  # noqa: S308  # nosec B308, B703
        }
    return render(request, "gaitmodel/clip.html", context)


@require_safe
@lead_required
def clip_film_bytes(request: HttpRequest, clip_id: int) -> HttpResponseBase:
    """The film that raters and models see of this clip."""
    clip = get_object_or_404(Clip, pk=clip_id)
    try:
        path = clip_shown_video(clip)
    except InputError as error:
        raise Http404 from error
    stored = path.stat()
    etag = f'"{stored.st_size:x}-{stored.st_mtime_ns:x}"'
    asked = asked_range(request, stored.st_size, etag)
    return film_response(request, FilmOnDisk(path), asked, etag=etag, seconds=FILM_S)
