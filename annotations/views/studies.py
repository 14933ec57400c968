"""The lead's pages: studies, one study's progress, and the acts on it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotations.core.errors import StudyError
from annotations.forms import EmailsForm, PasswordForm, UnblindForm, first_error
from annotations.models import Assignment, PresentationReview, Study
from annotations.selectors import study_progress
from annotations.selectors.progress import SeatProgress, study_deviations
from annotations.services import (
    raters_invite,
    study_lock,
    study_open,
    study_unblind,
    study_verify,
)
from annotations.services.auditing import MASKS
from annotations.services.closing import check_password_again
from annotations.views.access import user_of
from gaitmodel.views.access import lead_required

# Studies per page; largest number of cases that a study's page lists all at once.
PER_PAGE, LISTED = 50, 100


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send leads to their studies, raters to their cases."""
    return redirect("study_list" if user_of(request).is_staff else "case_list")


@lead_required
@require_GET
def study_list(request: HttpRequest) -> HttpResponse:
    """Studies with their states, newest first, fifty per page."""
    rows = Study.objects.only("name", "state", "is_pilot", "created_at")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "annotations/study_list.html", {"page": page})


@lead_required
@require_GET
def study(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """State, progress by counts and pace, balance, and possible next steps."""
    return _page(request, get_object_or_404(Study, pk=study_id))


def refused(
    request: HttpRequest, study: Study, form: str, error: object
) -> HttpResponse:
    """The study's page with the error and the submitted form's input."""
    messages.error(request, f"{str(error).rstrip('.')}.")
    return _page(request, study, status=400, typed={form: request.POST})


def _page(
    request: HttpRequest, study: Study, status: int = 200, **more: object
) -> HttpResponse:
    """The study's page; it contains no score and no system."""
    seats = study_progress(study)
    page = {
        "study": study,
        "seal": getattr(study, "seal", None),
        "seats": seats,
        "free": sum(not seat.rater for seat in seats),
        "signatures": study.signatures.select_related("signer"),
        "signatories": study.rules.signatories,
        "patients": range(1, len(study.balance[0]["patients"]) + 1),
        "masks": MASKS[: study.n_systems],
        "balance": _masked_balance(study),
        "deviations": study_deviations(study),
        "sites": [form.site for form in study.rules.consents if form.site],
        "previews": _previews(study, seats, request.GET.get("seat", "")),
        "audited": PresentationReview.objects.filter(study=study).exists(),
        "letters": "ABCDEF"[: study.n_systems],
        "total": sum(seat.total for seat in seats),
        "done": sum(seat.done for seat in seats),
        "by_seat": sum(seat.total for seat in seats) > LISTED,
        **more,
    }
    return render(request, "annotations/study.html", page, status=status)


def _masked_balance(study: Study) -> list[dict[str, object]]:
    """The stored balance with its systems under newly drawn masks for each view."""
    order = random.SystemRandom().sample(range(study.n_systems), study.n_systems)
    return [
        {**row, "places": [row["places"][at] for at in order]} for row in study.balance
    ]


def _previews(
    study: Study, seats: Sequence[SeatProgress], wanted: str
) -> list[Assignment]:
    """The cases that the page lists: all of a small study, one seat's of a large."""
    rows = Assignment.objects.filter(seat__study=study).select_related("seat")
    if sum(seat.total for seat in seats) > LISTED and seats:
        numbers = {str(seat.number): seat.number for seat in seats}
        rows = rows.filter(seat__number=numbers.get(wanted, seats[0].number))
    return list(rows.order_by("seat__number", "position"))


def _password(form: PasswordForm) -> str:
    if not form.is_valid():
        raise StudyError("the password is missing; nothing was done")
    return str(form.cleaned_data["password"])


def _act(request: HttpRequest, study: Study, act: Callable[[], str]) -> HttpResponse:
    """Perform the act and report success, or one sentence on why not."""
    try:
        messages.success(request, act())
    except StudyError as error:
        messages.error(request, str(error))
    return redirect("study", study.pk)


@lead_required
@require_POST
def study_opening(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Seal and open a draft."""
    draft = get_object_or_404(Study, pk=study_id)

    def act() -> str:
        study_open(study=draft, actor=user_of(request))
        return "The study is sealed and open."

    return _act(request, draft, act)


@lead_required
@require_POST
def study_invitation(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Mail one-time links; they are shown on this page once."""
    study = get_object_or_404(Study, pk=study_id)
    form = EmailsForm(request.POST)
    try:
        if not form.is_valid():
            raise StudyError(first_error(form))
        sent = raters_invite(
            study=study,
            emails=form.cleaned_data["emails"],
            site_url=request.build_absolute_uri("/"),
            site=form.cleaned_data["site"],
            actor=user_of(request),
        )
    except StudyError as error:
        return refused(request, study, "inviting", error)
    return _page(request, study, sent=sent)


@lead_required
@require_POST
def study_locking(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Lock the answers permanently; asks for the password again."""
    study = get_object_or_404(Study, pk=study_id)
    form = PasswordForm(request.POST)

    def act() -> str:
        check_password_again(user_of(request), _password(form))
        study_lock(study=study, actor=user_of(request))
        return "The study is locked. Answers can no longer be changed."

    return _act(request, study, act)


@lead_required
@require_POST
def study_unblinding(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Sign the unblinding with one's password and the reason."""
    study = get_object_or_404(Study, pk=study_id)
    form = UnblindForm(request.POST)
    try:
        if not form.is_valid():
            raise StudyError(first_error(form))
        signed = study_unblind(
            study=study,
            signer=user_of(request),
            password=form.cleaned_data["password"],
            reason=form.cleaned_data["reason"],
        )
    except StudyError as error:
        return refused(request, study, "unblinding", error)
    left = signed.rules.signatories - signed.signatures.count()
    messages.success(
        request,
        "The study is unblinded."
        if signed.is_unblinded
        else f"You have signed. {left} more must sign before it is unblinded.",
    )
    return redirect("study", study.pk)


@lead_required
@require_POST
def study_exporting(request: HttpRequest, study_id: UUID) -> HttpResponseBase:
    """The export of an unblinded study as one ZIP; asks for the password again."""
    # Imported here so that no other page loads the report and figures.
    from annotations.export.archive import study_archive

    study = get_object_or_404(Study, pk=study_id)
    try:
        check_password_again(user_of(request), _password(PasswordForm(request.POST)))
        archive = study_archive(study=study, actor=user_of(request))
    except StudyError as error:
        messages.error(request, str(error))
        return redirect("study", study.pk)
    return FileResponse(archive, as_attachment=True, filename=f"study-{study.pk}.zip")


@lead_required
@require_POST
def study_verification(request: HttpRequest, study_id: UUID) -> HttpResponse:
    """Compare the study with its seal, its seed and its log."""
    study = get_object_or_404(Study, pk=study_id)
    try:
        verification = study_verify(study)
    except StudyError as error:
        messages.error(request, str(error))
        return redirect("study", study.pk)
    return _page(request, study, verification=verification)
