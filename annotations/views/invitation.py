"""Accepting an invitation: the one page that a stranger can reach besides signing in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.core.errors import StudyError
from annotations.forms import InvitationForm
from annotations.models import Invitation
from annotations.selectors.invitations import invitation_void
from annotations.services import invitation_accept
from annotations.services.inviting import token_sha256


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password and join; people with an account sign in as usual."""
    found = get_object_or_404(
        Invitation.objects.select_related("seat__study"),
        token_sha256=token_sha256(token),
        accepted_at__isnull=True,
    )
    has_account = User.objects.filter(username=found.email).exists()
    void = invitation_void(found)
    problem = void
    form = InvitationForm(request.POST or None)
    if not void and request.method == "POST" and form.is_valid():
        try:
            rater = invitation_accept(
                invitation=found, password=form.cleaned_data["password"]
            )
        except StudyError as error:
            problem = str(error)
        else:
            is_own = rater.check_password(form.cleaned_data["password"])
            return _welcome(request, rater, is_new=is_own and not has_account)
    page = {
        "email": found.email,
        "has_account": has_account,
        "problem": problem,
        "void": void,
    }
    return render(
        request, "annotations/invitation.html", page, status=400 if problem else 200
    )


def _welcome(request: HttpRequest, rater: User, *, is_new: bool) -> HttpResponse:
    """Signed in is only who has made the account: another link may have, just before."""
    if not is_new:
        messages.success(request, "You have joined the study. Please sign in.")
        return redirect("account_login")
    login(request, rater, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("case_list")
