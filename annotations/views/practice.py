"""The practice cases: the same page, kept in the session and then forgotten."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotations.core.errors import StudyError
from annotations.core.instrument.practice import PRACTICE, PracticeCase, practice_case
from annotations.forms import (
    CellForm,
    ChoiceForm,
    CommentForm,
    GuessForm,
    SheetForm,
    VersionedForm,
    first_error,
)
from annotations.models import Seat
from annotations.selectors.blinded import BlindedCase
from annotations.selectors.practice import PracticeAnswers, practised_case
from annotations.services.joining import seat_practised
from annotations.views.access import user_of
from annotations.views.cells import problem_told
from annotations.views.joining import own_seat

FORMS: dict[str, type[VersionedForm]] = {
    "choice": ChoiceForm,
    "comment": CommentForm,
    "guess": GuessForm,
}


def _key(seat: Seat, number: int) -> str:
    return f"practice {seat.pk} {number}"


def _found(
    request: HttpRequest, seat_id: UUID, number: int
) -> tuple[Seat, PracticeCase]:
    seat, case = own_seat(request, seat_id), practice_case(number)
    if case is None or not seat.study.rules.practice:
        raise Http404
    return seat, case


def _shown(request: HttpRequest, seat: Seat, case: PracticeCase) -> BlindedCase:
    stored = request.session.get(_key(seat, case.number), {})
    return practised_case(seat, case, PracticeAnswers(stored))


def _remember(request: HttpRequest, seat: Seat, case: PracticeCase) -> None:
    """Keep what was sent, validated by the same forms as a real page's answers."""
    shown = _shown(request, seat, case)
    names = {f"{cell.name}-value" for row in shown.rows for cell in row.cells}
    names |= {"choice-best", "choice-second", "choice-verdict", "choice-confidence"}
    names |= {"comment-text", "guess-answer"}
    stored = dict(request.session.get(_key(seat, case.number), {}))
    stored |= {name: request.POST[name] for name in names if name in request.POST}
    request.session[_key(seat, case.number)] = stored


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def practice(request: HttpRequest, seat_id: UUID, number: int) -> HttpResponse:
    """One practice case, scored like any other."""
    seat, case = _found(request, seat_id, number)
    if request.method == "POST":
        form = SheetForm(request.POST, _shown(request, seat, case))
        if problem := form.problem():
            refusal = {"problem": problem, "back": request.path}
            return render(request, "annotations/refused.html", refusal, status=400)
        _remember(request, seat, case)
        if request.POST.get("action") == "review":
            return redirect("practice_review", seat.pk, number)
        return redirect("practice", seat.pk, number)
    page = {"case": _shown(request, seat, case), "film_url": static(case.film)}
    return render(request, "annotations/case.html", page)


@login_required
@require_POST
def practice_save(
    request: HttpRequest, seat_id: UUID, number: int, what: str
) -> HttpResponse:
    """One answer of a practice case: checked, kept in the session, never stored."""
    seat, case = _found(request, seat_id, number)
    shown = _shown(request, seat, case)
    cells = {cell.name for row in shown.rows for cell in row.cells}
    name = what.removeprefix("cells/").replace("/", "-")
    if name not in cells | {"choice", "comment", "guess"}:
        raise Http404
    form = FORMS.get(name, CellForm)(request.POST, prefix=name)
    if not form.is_valid():
        return problem_told(request, first_error(form), 400)
    _remember_cleared(request, seat, case, name)
    page = {
        "name": name,
        "version": 0,
        "at": timezone.now(),
        "missing": _shown(request, seat, case).missing,
    }
    return render(request, "annotations/_saved.html", page)


def _remember_cleared(
    request: HttpRequest, seat: Seat, case: PracticeCase, name: str
) -> None:
    """A radio group without a choice sends nothing, which clears it."""
    key = _key(seat, case.number)
    stored = dict(request.session.get(key, {}))
    own = [field for field in stored if field.startswith(f"{name}-")]
    for field in own:
        del stored[field]
    request.session[key] = stored
    _remember(request, seat, case)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def practice_review(request: HttpRequest, seat_id: UUID, number: int) -> HttpResponse:
    """The answers at a glance, then the study authors' comments on them."""
    seat, case = _found(request, seat_id, number)
    shown = _shown(request, seat, case)
    if request.method == "POST" and not shown.missing:
        if number == len(PRACTICE):
            _finish(request, seat)
        page = {
            "case": shown,
            "seat": seat,
            "discussion": case.discussion.items(),
            "next": number + 1 if number < len(PRACTICE) else None,
        }
        return render(request, "annotations/practice_discussed.html", page)
    return render(request, "annotations/case_review.html", {"case": shown})


@login_required
@require_POST
def practice_skip(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Go straight to the cases; logged, since it may matter to the results' readers."""
    seat = own_seat(request, seat_id)
    _finish(request, seat)
    return redirect("case_list")


def _finish(request: HttpRequest, seat: Seat) -> None:
    for case in PRACTICE:
        request.session.pop(_key(seat, case.number), None)
    try:
        seat_practised(seat_id=seat.pk, actor=user_of(request))
    except StudyError as error:
        raise Http404 from error
