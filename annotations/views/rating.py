"""The rater's pages: my cases, one case, its review, and "cannot judge"."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from annotations.core.errors import StudyError
from annotations.forms import ReasonForm, SheetForm
from annotations.media import film_url
from annotations.models import Assignment
from annotations.selectors import blinded_case, desks_for
from annotations.selectors.desk import Desk
from annotations.services import (
    assignment_cannot_judge,
    assignment_reopen,
    assignment_submit,
)
from annotations.services.sheet import sheet_save
from annotations.views.access import before_the_case, opened, own_case, user_of


@login_required
@never_cache
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """My cases: what is done, what comes next, how long it will take."""
    desks = desks_for(user_of(request))
    return render(request, "annotations/case_list.html", {"desks": desks})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case; a plain POST saves the whole page for browsers without JavaScript."""
    assignment = own_case(request, case_id)
    if request.method == "POST":
        return _case_saved(request, assignment)
    if elsewhere := _elsewhere(request, assignment):
        return elsewhere
    if not opened(request, assignment):
        return redirect(request.path)
    page = {"case": blinded_case(assignment), "film_url": film_url(request, case_id)}
    return render(request, "annotations/case.html", page)


def _elsewhere(request: HttpRequest, assignment: Assignment) -> HttpResponse | None:
    """What to show instead of a case that is closed or not yet readable."""
    rules = assignment.seat.study.rules
    if assignment.is_done or not assignment.seat.study.is_open:
        page = {
            "number": assignment.position,
            "is_done": assignment.is_done,
            "reopening": rules.reopening and assignment.seat.study.is_open,
            "case_id": assignment.pk,
        }
        return render(request, "annotations/case_closed.html", page)
    first = before_the_case(assignment)
    return redirect(*first) if first else None


def _case_saved(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    shown = blinded_case(assignment)
    form = SheetForm(request.POST, shown)
    if problem := form.problem():
        return _refused(request, assignment, problem, status=400)
    try:
        sheet_save(
            case_id=assignment.pk,
            shown=shown,
            sheet=form.sheet(),
            actor=user_of(request),
        )
    except StudyError as error:
        return _refused(request, assignment, str(error), status=409)
    if request.POST.get("action") == "review":
        return redirect("case_review", assignment.pk)
    messages.success(request, "Your answers are saved.")
    return redirect("case", assignment.pk)


def _refused(
    request: HttpRequest, assignment: Assignment, problem: str, status: int
) -> HttpResponse:
    page = {"problem": problem, "case_id": assignment.pk}
    return render(request, "annotations/refused.html", page, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def case_review(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """All answers at a glance; submitting is a separate, deliberate step."""
    assignment = own_case(request, case_id)
    if request.method == "POST":
        try:
            assignment_submit(case_id=case_id, actor=user_of(request))
        except StudyError as error:
            return _refused(request, assignment, str(error), status=409)
        return _onward(request, assignment)
    if elsewhere := _elsewhere(request, assignment):
        return elsewhere
    page = {"case": blinded_case(assignment)}
    return render(request, "annotations/case_review.html", page)


@login_required
@require_POST
def case_reopening(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Reopen a submitted case, if the protocol allows it."""
    assignment = own_case(request, case_id)
    try:
        assignment_reopen(case_id=case_id, actor=user_of(request))
    except StudyError as error:
        return _refused(request, assignment, str(error), status=409)
    return redirect("case", case_id)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def case_cannot_judge(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Complete a case whose film shows too little, with the reason."""
    assignment = own_case(request, case_id)
    form = ReasonForm(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            assignment_cannot_judge(
                case_id=case_id,
                reason=form.cleaned_data["reason"],
                actor=user_of(request),
            )
        except StudyError as error:
            return _refused(request, assignment, str(error), status=409)
        return _onward(request, assignment)
    problem = form.errors["reason"][0] if request.method == "POST" else ""
    page = {
        "case_id": assignment.pk,
        "number": assignment.position,
        "reopening": assignment.seat.study.rules.reopening,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    return render(
        request,
        "annotations/cannot_judge.html",
        page,
        status=400 if problem else 200,
    )


def _onward(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """The next case, a break, or a neutral end; nothing reveals how others scored."""
    desk = _desk(request, assignment.seat_id)
    if desk.next_case is None or desk.is_time_for_a_break:
        return redirect("pause", desk.seat)
    messages.success(
        request,
        f"Case {assignment.position} is submitted. {desk.done} of "
        f"{desk.total} are done.",
    )
    return redirect("case", desk.next_case.id)


def _desk(request: HttpRequest, seat_id: UUID) -> Desk:
    """The rater's share of one study; anyone else's gives 404."""
    desks = desks_for(user_of(request))
    desk = next((desk for desk in desks if desk.seat == seat_id), None)
    if desk is None:
        raise Http404
    return desk


@login_required
@never_cache
@require_GET
def pause(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Between two cases, or after the last: a page that can be reloaded."""
    desk = _desk(request, seat_id)
    page = "pause" if desk.next_case else "finished"
    return render(request, f"annotations/{page}.html", {"desk": desk})
