"""The lead's acts over HTTP."""

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.models import Assignment, Invitation, Seat, Study
from annotations.models.log import UNFORESEEN
from annotations.selectors.progress import DEVIATIONS
from annotations.services import raters_invite, study_lock, study_open
from annotations.views import studies
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


def test_an_invitation_that_comes_too_late_does_not_name_the_study(
    cleo: User,
) -> None:
    study = study_open(study=factories.study("Gait after DCM", n_cases=3, n_raters=1))
    (sent,) = raters_invite(
        study=study, emails=["eva@example.org"], site_url="http://site", actor=cleo
    )
    study_lock(study=Study.objects.get())
    link = sent.link.removeprefix("http://site")
    for answer in (Client().get(link), Client().post(link, {"password": PASSWORD})):
        assert answer.status_code == 400
        assert "The study is locked" in answer.content.decode()
        assert study.name not in answer.content.decode()


def test_an_invitation_that_has_expired_says_so_before_a_password_is_chosen(
    cleo: User,
) -> None:
    study = study_open(study=factories.study(n_cases=3, n_raters=1))
    (sent,) = raters_invite(
        study=study, emails=["eva@example.org"], site_url="http://site", actor=cleo
    )
    Invitation.objects.update(expires_at=timezone.now())
    answer = Client().get(sent.link.removeprefix("http://site"))
    assert answer.status_code == 400
    assert "has expired" in answer.content.decode()
    assert 'name="password"' not in answer.content.decode()


def test_a_password_keeps_its_spaces(cleo: User) -> None:
    study = study_open(study=factories.study(n_cases=3, n_raters=1))
    (sent,) = raters_invite(
        study=study, emails=["eva@example.org"], site_url="http://site", actor=cleo
    )
    spaced = f" {PASSWORD} "
    Client().post(sent.link.removeprefix("http://site"), {"password": spaced})
    assert User.objects.get(username="eva@example.org").check_password(spaced)


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


def test_a_wrong_password_loses_no_word_that_was_typed(page, study) -> None:
    words = {"password": "guessed", "reason": "as Dr “X” asked"}
    case = Assignment.objects.filter(seat__study=study).last()
    for act, more in (
        ("case_unblind", {"case": str(case.pk)}),
        ("study_reissue", {"number": "2"}),
        ("study_unblind", {}),
    ):
        if act == "study_unblind":
            study_lock(study=study)
        answer = page.post(reverse(act, args=[study.pk]), words | more)
        html = answer.content.decode()
        assert answer.status_code == 400
        assert "the password is wrong" in html
        assert html.count(f'required value="{words["reason"]}"') == 1, act
        assert "guessed" not in html
        for value in more.values():
            assert f'value="{value}" selected' in html


def test_a_wrong_address_loses_none_of_the_others(page) -> None:
    study = study_open(study=factories.study(n_cases=3, n_raters=2))
    typed = {"emails": "eva@example.org\nnobody", "site": "Ward 3"}
    answer = page.post(reverse("study_invite", args=[study.pk]), typed)
    html = answer.content.decode()
    assert answer.status_code == 400
    assert ">eva@example.org\nnobody</textarea>" in html
    assert 'value="Ward 3"' in html


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


def test_many_studies_come_fifty_a_page(page) -> None:
    Study.objects.bulk_create(Study(name=f"s{n:03}", n_systems=3) for n in range(60))
    first = page.get(reverse("study_list")).content.decode()
    second = page.get(reverse("study_list"), {"page": 2}).content.decode()
    assert first.count('scope="row"') == 50
    assert second.count('scope="row"') == 10
    assert "page 1 of 2" in first


def test_a_large_study_lists_one_seats_cases_at_a_time(
    page, study, monkeypatch
) -> None:
    monkeypatch.setattr(studies, "LISTED", 3)
    address = reverse("study", args=[study.pk])
    assert page.get(address).content.decode().count("Seat 1, case") == 12
    second = page.get(address, {"seat": "2"}).content.decode()
    assert second.count("Seat 2, case") == 12
    assert "Seat 1, case" not in second
    assert "Seat 1, case" in page.get(address, {"seat": "nonsense"}).content.decode()


def test_the_index_of_unforeseen_events_is_of_those_that_are_listed() -> None:
    assert set(UNFORESEEN) == set(DEVIATIONS)
