"""Before the first case: consent and instructions; and withdrawal."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.core.errors import StudyError
from annotations.core.instrument.criteria import ANCHORS, LIKERT
from annotations.forms import ConsentAnswer
from annotations.models import Criterion, Seat
from annotations.selectors.practice import seat_of
from annotations.services.joining import (
    consent_give,
    consent_withdraw,
    seat_instructed,
)
from annotations.views.access import user_of


def own_seat(request: HttpRequest, seat_id: UUID) -> Seat:
    """The seat, looked up through its rater; anyone else's gives 404."""
    seat = seat_of(user_of(request), seat_id)
    if seat is None:
        raise Http404
    return seat


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """The consent form of the rater's site; agreeing is recorded with its version."""
    seat = own_seat(request, seat_id)
    form = seat.study.rules.consent_for(seat.site)
    if form is None:
        raise Http404
    answer = ConsentAnswer(request.POST or None)
    problem = ""
    if request.method == "POST":
        problem = "" if answer.is_valid() else "Tick the box to take part."
        if not problem:
            return _given(request, seat, form.version)
    page = {
        "form": form,
        "paragraphs": form.text.splitlines(),
        "seat": seat,
        "problem": problem,
    }
    status = 400 if problem else 200
    return render(request, "annotations/consent.html", page, status=status)


def _given(request: HttpRequest, seat: Seat, version: str) -> HttpResponse:
    try:
        consent_give(seat_id=seat.pk, version=version, actor=user_of(request))
    except StudyError as error:
        messages.error(request, f"{error}.")
        return redirect("case_list")
    return redirect("instructions", seat.pk)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def instructions(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """How to score: each criterion as worded, with a sentence for every point."""
    seat = own_seat(request, seat_id)
    if request.method == "POST":
        try:
            seat_instructed(seat_id=seat.pk, actor=user_of(request))
        except StudyError as error:
            messages.error(request, f"{error}.")
            return redirect("case_list")
        if seat.study.rules.practice and seat.practised_at is None:
            return redirect("practice", seat.pk, 1)
        return redirect("case_list")
    page = {
        "seat": seat,
        "rules": seat.study.rules,
        "criteria": [_anchored(row) for row in seat.study.criteria.all()],
    }
    return render(request, "annotations/instructions.html", page)


def _anchored(criterion: Criterion) -> tuple[Criterion, list[tuple[int, str]]]:
    sentences = ANCHORS.get(criterion.key, ())
    return criterion, list(zip(LIKERT, sentences, strict=False))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def withdrawal(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Withdraw consent: the answers are erased, and the seat becomes free."""
    seat = own_seat(request, seat_id)
    if seat.consented_at is None:
        raise Http404
    if request.method == "POST":
        try:
            consent_withdraw(seat_id=seat.pk, actor=user_of(request))
        except StudyError as error:
            messages.error(request, f"{error}.")
        else:
            messages.success(
                request,
                "Your consent has been withdrawn and your answers have been erased.",
            )
        return redirect("case_list")
    return render(request, "annotations/withdrawal.html", {"seat": seat})
