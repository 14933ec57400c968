"""Invitations: one seat an address, and links that outlive a mail server's bad day."""

import io
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.contrib.auth.models import User
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.core.errors import StudyError
from annotations.models import Invitation, Seat, Study
from annotations.selectors import study_progress
from annotations.services import raters_invite, study_open, study_verify
from annotations.services.inviting import SentInvitation, invitation_accept
from annotations.services.reissuing import seat_reissue
from tests import factories
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


class RefusingBackend(BaseEmailBackend):
    """A mail server that knows none of the addresses."""

    def send_messages(self, email_messages) -> int:
        raise SMTPRecipientsRefused({"a@example.org": (550, b"no such mailbox")})


@pytest.fixture
def opened(db: None) -> Study:
    """Open, with two free seats."""
    return study_open(study=factories.study(n_cases=4, n_raters=2))


def invite(study: Study, *emails: str) -> list[SentInvitation]:
    return raters_invite(study=study, emails=emails, site_url="http://site")


def test_who_is_invited_again_keeps_the_seat_and_gets_a_new_link(opened) -> None:
    (first,) = invite(opened, "eva@example.org")
    again, other = invite(opened, "Eva@example.org", "finn@example.org")
    assert (first.seat, again.seat, other.seat) == (1, 1, 2)
    old, new = Invitation.objects.filter(seat__number=1).order_by("created_at")
    with pytest.raises(StudyError, match="used or has expired"):
        invitation_accept(invitation=old, password=PASSWORD)
    eva = invitation_accept(invitation=new, password=PASSWORD)
    assert Seat.objects.get(rater=eva).number == 1


def test_a_new_link_leads_to_the_consent_form_of_the_same_site(opened) -> None:
    """The command, and the page where nothing is chosen, name no site."""
    to = {"study": opened, "emails": ["eva@example.org"], "site_url": "http://site"}
    for site in ("Graz", "", "Linz"):
        raters_invite(**to, site=site)
    sites = Invitation.objects.order_by("created_at").values_list("site", flat=True)
    assert list(sites) == ["Graz", "Graz", "Linz"]


def test_an_invitation_to_a_wrong_address_is_taken_back(opened, cleo) -> None:
    invite(opened, "ewa@example.org")
    seat_reissue(study=opened, number=1, reason="it is Eva", actor=cleo)
    with pytest.raises(StudyError, match="used or has expired"):
        invitation_accept(invitation=Invitation.objects.get(), password=PASSWORD)
    assert [seat.invited for seat in study_progress(opened)] == ["", ""]
    (sent,) = invite(opened, "eva@example.org")
    assert sent.seat == 1
    assert [seat.invited for seat in study_progress(opened)] == ["eva@example.org", ""]
    assert study_verify(Study.objects.get()).holds
    with pytest.raises(StudyError, match="seat 2 of 'First' has no rater"):
        seat_reissue(study=opened, number=2, reason="nobody", actor=cleo)


@pytest.mark.parametrize("taken_back", ["reissued", "invited again"])
def test_a_link_that_was_taken_back_stays_void_when_the_clock_goes_back(
    opened, cleo, monkeypatch, taken_back
) -> None:
    (sent,) = invite(opened, "eva@example.org")
    old = Invitation.objects.get()
    if taken_back == "reissued":
        seat_reissue(study=opened, number=1, reason="it is Ewa", actor=cleo)
    else:
        invite(opened, "eva@example.org")
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() - timedelta(hours=1))
    assert Client().post(sent.link, {"password": PASSWORD}).status_code == 400
    with pytest.raises(StudyError, match="used or has expired"):
        invitation_accept(invitation=old, password=PASSWORD)


def test_who_sits_already_is_not_invited_to_a_second_seat(opened) -> None:
    invite(opened, "eva@example.org")
    invitation_accept(invitation=Invitation.objects.get(), password=PASSWORD)
    with pytest.raises(StudyError, match="already has a seat in this study"):
        invite(opened, "eva@example.org")
    assert Invitation.objects.count() == 1


def test_more_new_raters_than_free_seats_are_refused_and_no_link_is_void(
    opened,
) -> None:
    invite(opened, "eva@example.org")
    with pytest.raises(StudyError, match="2 raters are invited, .* 1 free seats"):
        invite(opened, "eva@example.org", "finn@example.org", "gro@example.org")
    invitation_accept(invitation=Invitation.objects.get(), password=PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_a_link_whose_mail_is_refused_is_shown_to_be_passed_on(
    settings, cleo: User
) -> None:
    study = study_open(study=factories.study(n_cases=3, n_raters=1))
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    lead = Client()
    lead.force_login(cleo)
    where = reverse("study_invite", args=[study.pk])
    answer = lead.post(where, {"emails": "eva@example.org"})
    assert answer.status_code == 200
    assert "The e-mail could not be sent" in answer.content.decode()
    link = answer.context["sent"][0].link.removeprefix("http://testserver")
    assert Client().post(link, {"password": PASSWORD}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_command_too_says_whose_mail_is_refused(settings) -> None:
    study_open(study=factories.study("New", n_cases=4, n_raters=2))
    said = io.StringIO()
    call_command("invite_raters", "New", "--emails", "ada@example.org", stdout=said)
    assert "no e-mail" not in said.getvalue()
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    call_command("invite_raters", "New", "--emails", "eva@example.org", stdout=said)
    assert "eva@example.org is invited to seat 2 (no e-mail was sent" in said.getvalue()
