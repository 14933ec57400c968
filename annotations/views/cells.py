"""Saving one answer at a time: small fragments for htmx, one transaction each."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
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
from annotations.services import choice_save, comment_save, guess_save, rating_save
from annotations.services.writing import Saved, UnknownCaseError
from annotations.views.access import own_case, user_of


@login_required
@require_POST
def cell_save(
    request: HttpRequest, case_id: UUID, letter: str, criterion: str
) -> HttpResponse:
    """Save one score."""
    name = f"{letter}-{criterion}"
    form = CellForm(request.POST, prefix=name)

    def save() -> Saved:
        return rating_save(
            case_id=case_id,
            letter=letter,
            criterion=criterion,
            value=form.cleaned_data["value"],
            version=form.cleaned_data["version"],
            key=form.cleaned_data["key"],
            earlier=form.cleaned_data["earlier"],
            modality=form.cleaned_data["modality"],
            actor=user_of(request),
        )

    return answered(request, case_id, form, save)


@login_required
@require_POST
def picks_save(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Save best, second best and confidence."""
    form = ChoiceForm(request.POST, prefix="choice")

    def save() -> Saved:
        return choice_save(
            case_id=case_id,
            picks=form.picks(),
            version=form.cleaned_data["version"],
            key=form.cleaned_data["key"],
            earlier=form.cleaned_data["earlier"],
            actor=user_of(request),
        )

    return answered(request, case_id, form, save)


@login_required
@require_POST
def words_save(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Save the comment."""
    form = CommentForm(request.POST, prefix="comment")

    def save() -> Saved:
        return comment_save(
            case_id=case_id,
            text=form.cleaned_data["text"],
            version=form.cleaned_data["version"],
            key=form.cleaned_data["key"],
            earlier=form.cleaned_data["earlier"],
            actor=user_of(request),
        )

    return answered(request, case_id, form, save)


@login_required
@require_POST
def hunch_save(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Save the guess question's answer."""
    form = GuessForm(request.POST, prefix="guess")

    def save() -> Saved:
        answer = form.cleaned_data["answer"]
        return guess_save(
            case_id=case_id,
            letter="" if answer == "unknown" else answer,
            is_unknown=answer == "unknown",
            version=form.cleaned_data["version"],
            key=form.cleaned_data["key"],
            earlier=form.cleaned_data["earlier"],
            actor=user_of(request),
        )

    return answered(request, case_id, form, save)


def answered(
    request: HttpRequest,
    case_id: UUID,
    form: VersionedForm,
    save: Callable[[], Saved],
) -> HttpResponse:
    """The new version and "Saved 14:02", or one sentence on why it was not saved."""
    if not form.is_valid():
        own_case(request, case_id)  # another's case gives 404, even for a bad form
        return problem_told(request, first_error(form), 400)
    try:
        saved = save()
    except UnknownCaseError as error:
        raise Http404 from error
    except StudyError as error:
        return problem_told(request, str(error), 409)
    page = {
        "name": form.prefix,
        "version": saved.version,
        "at": saved.at,
        "missing": saved.missing,
    }
    return render(request, "annotations/_saved.html", page)


def problem_told(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    """One sentence instead of an acknowledgement."""
    page = {"problem": problem}
    response = render(request, "annotations/_problem.html", page, status=status)
    # The answer on the page stays as it is; only the notice is replaced.
    response["HX-Reswap"] = "none"
    return response
