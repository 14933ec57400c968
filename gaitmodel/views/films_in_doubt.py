"""Films in doubt: the lead reviews cut-outs of possible faces and decides."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gaitmodel.core.errors import InputError
from gaitmodel.core.privacy.decision import WIDER_STEP
from gaitmodel.models import FilmReview
from gaitmodel.selectors import review_cut_outs, reviews_decided, reviews_open
from gaitmodel.services import films
from gaitmodel.views.access import lead_required


@require_GET
@lead_required
def film_reviews(request: HttpRequest) -> HttpResponse:
    """Every film in doubt with its cut-outs, and earlier decisions."""
    waiting = [(one, review_cut_outs(one)) for one in reviews_open()]
    context = {
        "waiting": waiting,
        "decided": reviews_decided(),
        "wider_percent": round(100 * (WIDER_STEP - 1)),
    }
    return render(request, "gaitmodel/film_reviews.html", context)


@require_GET
@never_cache
@lead_required
def film_cut_out(request: HttpRequest, clip_id: int, place: int) -> FileResponse:
    """One cut-out of a film that awaits a decision."""
    review = get_object_or_404(reviews_open(), clip_id=clip_id)
    paths = review_cut_outs(review)
    if place >= len(paths):
        raise Http404
    return FileResponse(paths[place].open("rb"), content_type="image/png")


@require_POST
@lead_required
def film_review_decide(request: HttpRequest, clip_id: int) -> HttpResponse:
    """Accept the doubts as not being faces, or have the film covered more widely."""
    review = get_object_or_404(
        FilmReview.objects.select_related("clip"), clip_id=clip_id
    )
    accept = request.POST.get("decision") == "accept"
    try:
        films.film_review_decide(
            review=review,
            by=request.user,  # type: ignore[arg-type]  # lead_required: signed in
            accept=accept,
            reason=request.POST.get("reason", ""),
        )
    except InputError as error:
        messages.error(request, str(error))
    else:
        words = "accepted" if accept else "to be covered more widely"
        messages.success(
            request, f"{review.clip.name}: {words}; a worker makes the film again."
        )
    return redirect("gaitmodel:film_reviews")
