"""The lead's acts over HTTP."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from annotations.models import Seat, Study
from annotations.services import study_lock
from tests import factories
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(cleo) -> Client:
    client = Client()
    client.force_login(cleo)
    return client


def test_a_running_study_shows_counts_and_no_system(page, study, case) -> None:
    html = page.get(reverse("study", args=[study.pk])).content.decode()
    assert "0 of 6" in html
    assert "ada" in html
    for secret in factories.SYSTEMS:
        assert secret not in html


def test_a_draft_is_opened_and_raters_invited(
    page, cleo, django_capture_on_commit_callbacks
) -> None:
    study = factories.study(n_cases=3, n_raters=1)
    page.post(reverse("study_open", args=[study.pk]))
    with django_capture_on_commit_callbacks(execute=True):
        answer = page.post(
            reverse("study_invite", args=[study.pk]), {"emails": "eva@example.org\n"}
        )
    (message,) = mail.outbox
    link = next(word for word in message.body.split() if "/invitation/" in word)
    assert link in answer.content.decode()
    guest = Client()
    assert guest.get(link).status_code == 200
    assert guest.post(link, {"password": "short"}).status_code == 400
    assert guest.post(link, {"password": PASSWORD}).status_code == 302
    assert Seat.objects.get(study=study).rater.username == "eva@example.org"
    assert guest.get(reverse("case_list")).status_code == 200
    assert Client().get(link).status_code == 404


def test_two_leads_sign_with_their_passwords(page, study, cleo, dora) -> None:
    page.post(reverse("study_lock", args=[study.pk]), {"password": PASSWORD})
    url = reverse("study_unblind", args=[study.pk])
    page.post(url, {"password": "guessed", "reason": "done"})
    page.post(url, {"password": PASSWORD, "reason": "done"})
    assert Study.objects.get().state == Study.State.LOCKED
    second = Client()
    second.force_login(dora)
    second.post(url, {"password": PASSWORD, "reason": "done"})
    assert Study.objects.get().state == Study.State.UNBLINDED


def test_there_is_no_analysis_before_unblinding(page, study) -> None:
    url = reverse("study_analysis", args=[study.pk])
    for act in (lambda: None, lambda: study_lock(study=study)):
        act()
        answer = page.get(url, follow=True)
        assert answer.redirect_chain[-1][0] == reverse("study", args=[study.pk])
        assert "not unblinded" in answer.content.decode()


def test_verification_says_what_it_compared(page, study) -> None:
    html = page.post(reverse("study_verify", args=[study.pk])).content.decode()
    assert "events are untouched" in html
    Study.objects.update(purpose="another")
    html = page.post(reverse("study_verify", args=[study.pk])).content.decode()
    assert "protocol: differs from what was sealed" in html
