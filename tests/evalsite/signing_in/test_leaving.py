"""Accounts are closed, reopened and erased on the host, and nowhere else."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from annotations.models import Event, Invitation, Study
from annotations.services import raters_invite, study_open, study_verify
from annotations.services.inviting import invitation_accept
from tests import factories, people

pytestmark = pytest.mark.django_db


def account(name: str, option: str) -> str:
    said = StringIO()
    call_command("account", name, option, stdout=said)
    return said.getvalue()


def joined(address: str) -> tuple[Study, User]:
    """An open study, and a rater who came by an invitation."""
    study = study_open(study=factories.study())
    raters_invite(study=study, emails=[address], site_url="https://x.test")
    (invitation,) = Invitation.objects.all()
    return study, invitation_accept(invitation=invitation, password=people.PASSWORD)


def test_a_closed_account_ends_its_session_and_its_token() -> None:
    lead = people.lead("cleo")
    client, key = Client(), Token.objects.create(user=lead).key
    client.force_login(lead)
    bearer = {"headers": {"Authorization": f"Token {key}"}}
    assert client.get(reverse("study_list")).status_code == 200
    assert Client().get("/api/studies/", **bearer).status_code == 200
    assert "closed" in account("cleo", "--close")
    assert client.get(reverse("study_list")).status_code == 302
    assert Client().get("/api/studies/", **bearer).status_code == 401
    account("cleo", "--reopen")
    assert Client().get("/api/studies/", **bearer).status_code == 200


def test_a_lost_second_factor_is_forgotten_and_the_password_stays() -> None:
    lead = people.lead("cleo")
    assert "1 second factors" in account("cleo", "--forget-factors")
    assert not Authenticator.objects.filter(user=lead).exists()
    assert User.objects.get(pk=lead.pk).check_password(people.PASSWORD)


def test_an_erased_person_is_a_number_and_the_study_still_verifies() -> None:
    study, rater = joined("ada.lovelace@example.org")
    acts = Event.objects.filter(actor=rater).count()
    assert f"person-{rater.pk}" in account("ada.lovelace@example.org", "--erase")
    rater.refresh_from_db()
    kept = [
        rater.username,
        rater.email,
        *Invitation.objects.values_list("email", flat=True),
    ]
    assert "lovelace" not in " ".join(kept)
    assert (rater.is_active, rater.has_usable_password()) == (False, False)
    assert Event.objects.filter(actor=rater).count() == acts > 0
    study.refresh_from_db()
    assert study_verify(study).holds


def test_an_account_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="there is no account 'nobody'") as told:
        account("nobody", "--close")
    assert told.value.returncode == 2
