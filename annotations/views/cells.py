"""Saving one answer at a time: small fragments for htmx, one transaction each."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from annotations.core.errors import StudyError
from annotations.forms import (
    CellForm,
    ChoiceForm,
    CommentForm,
    GuessForm,
    VersionedForm,
    first_error,
)
from annotations.models import Assignment
from annotations.selectors import case_missing
from annotations.services import choice_save, comment_save, guess_save, rating_save
from annotations.services.rating import Saved
from annotations.views.access import own_case, user_of


@login_required
@require_POST
def cell_save(
    request: HttpRequest, case_id: UUID, letter: str, criterion: str
) -> HttpResponse:
    """Save one score."""
    name = f"{letter}-{criterion}"
    form = CellForm(request.POST, prefix=name)
    assignment = own_case(request, case_id)

    def save() -> Saved:
        return rating_save(
            assignment=assignment,
            letter=letter,
            criterion=criterion,
            value=form.cleaned_data["value"],
            version=form.cleaned_data["version"],
            key=form.cleaned_data["key"],
            actor=user_of(request),
        )

    return _answer(request, assignment, form, save)


@login_required
@require_POST
def picks_save(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Save best, second best and confidence."""
    form = ChoiceForm(request.POST, prefix="choice")
    assignment = own_case(request, case_id)

    def save() -> Saved:
        return choice_save(
            assignment=assignment,
            picks=form.picks(),
            version=form.cleaned_data["version"],
            key=form.cleaned_data["key"],
            actor=user_of(request),
        )

    return _answer(request, assignment, form, save)


@login_required
@require_POST
def words_save(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Save the comment."""
    form = CommentForm(request.POST, prefix="comment")
    assignment = own_case(request, case_id)

    def save() -> Saved:
        return comment_save(
            assignment=assignment,
            text=form.cleaned_data["text"],
            version=form.cleaned_data["version"],
            key=form.cleaned_data["key"],
            actor=user_of(request),
        )

    return _answer(request, assignment, form, save)


@login_required
@require_POST
def hunch_save(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Save the guess question's answer."""
    form = GuessForm(request.POST, prefix="guess")
    assignment = own_case(request, case_id)

    def save() -> Saved:
        answer = form.cleaned_data["answer"]
        return guess_save(
            assignment=assignment,
            letter="" if answer == "unknown" else answer,
            is_unknown=answer == "unknown",
            version=form.cleaned_data["version"],
            key=form.cleaned_data["key"],
            actor=user_of(request),
        )

    return _answer(request, assignment, form, save)


def _answer(
    request: HttpRequest,
    assignment: Assignment,
    form: VersionedForm,
    save: Callable[[], Saved],
) -> HttpResponse:
    """The new version and "Saved 14:02", or one sentence why not."""
    if not form.is_valid():
        return _problem(request, first_error(form), 400)
    try:
        saved = save()
    except StudyError as error:
        return _problem(request, str(error), 409)
    page = {
        "name": form.prefix,
        "version": saved.version,
        "at": saved.at,
        "missing": case_missing(assignment),
    }
    return render(request, "annotations/_saved.html", page)


def _problem(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    page = {"problem": problem}
    response = render(request, "annotations/_problem.html", page, status=status)
    # The page's own answer stays as it is; only the notice is replaced.
    response["HX-Reswap"] = "none"
    return response
