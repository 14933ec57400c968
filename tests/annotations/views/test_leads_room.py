"""The lead's room: compose with a live check, audit, preview, emergency, re-issue."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from annotations.core.instrument.presentation import NORMALISED
from annotations.core.instrument.protocol import Protocol
from annotations.models import (
    Assignment,
    Event,
    IdentifiabilityAudit,
    PresentationReview,
    Seat,
    Study,
)
from annotations.services import (
    comment_save,
    guess_save,
    rater_seat,
    raters_invite,
    study_open,
)
from annotations.services.inviting import invitation_accept
from tests import factories
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(cleo) -> Client:
    client = Client()
    client.force_login(cleo)
    return client


def design(**changes: object) -> dict[str, object]:
    typed = {
        "name": "Composed",
        "systems": list(factories.SYSTEMS),
        "target": factories.SYSTEMS[0],
        "split": "test",
        "n_raters": 2,
        "overlap": 0,
        "repeats": 0,
        "tie_rule": "ties",
        "signatories": 2,
        "break_after": 5,
        "presentation": NORMALISED,
        "practice": "on",
        "consent": "on",
    }
    return typed | changes


def test_a_study_is_composed_in_the_browser(page) -> None:
    factories.clips_with_rationales(6)
    assert factories.SYSTEMS[0] in page.get(reverse("study_new")).content.decode()
    made = page.post(reverse("study_new"), design())
    study = Study.objects.get()
    assert made.headers["Location"] == reverse("study", args=[study.pk])
    rules = study.rules
    assert (rules.presentation, rules.tie_rule, rules.practice) == (
        NORMALISED,
        "ties",
        True,
    )
    assert rules.consents
    assert Assignment.objects.count() == 6


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"n_raters": 7}, "fewer cases (6) than raters (7)"),
        ({"target": ""}, ""),
        ({"systems": factories.SYSTEMS[:1]}, "compares 2 to 6 systems, not 1"),
        ({"name": ""}, "name: This field is required"),
        ({"label": "myopathic"}, "no prepared clip has split"),
    ],
)
def test_a_study_that_cannot_be_made_says_why(page, change, sentence) -> None:
    factories.clips_with_rationales(6)
    answer = page.post(reverse("study_new"), design(**change))
    if not sentence:
        assert Study.objects.exists()
        return
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Study.objects.exists()


def test_an_empty_form_is_told_what_it_lacks(page) -> None:
    answer = page.post(reverse("study_new"))
    assert answer.status_code == 400
    assert "name: This field is required" in answer.content.decode()


def test_the_design_is_checked_while_it_is_typed(page) -> None:
    factories.clips_with_rationales(12)
    url = reverse("study_check")
    text = page.post(url, design()).content.decode()
    assert "12 of 12 that every system has written about" in text
    assert "counts differ by at most" in text
    assert "No case is read twice" in text
    assert "No result could reach p = 0.05 by evaluators" in text
    assert "choose at least two systems" in page.post(url, {}).content.decode()
    far = page.post(url, design(n_cases=40)).content.decode()
    assert "40 cases are wanted, but there are 12" in far


def test_the_check_warns_of_texts_that_a_blinded_study_shows(page) -> None:
    draft = factories.study("Running", n_cases=6)
    url, fewer = reverse("study_check"), design(systems=list(factories.SYSTEMS[:2]))
    assert "is still blinded" not in page.post(url, fewer).content.decode()
    study_open(study=draft)
    assert "“Running” is still blinded" in page.post(url, fewer).content.decode()
    assert "is still blinded" not in page.post(url, design()).content.decode()


def test_texts_are_audited_and_signed_before_sealing(page, cleo) -> None:
    study = factories.study(n_cases=6)
    url = reverse("study_audit", args=[study.pk])
    assert b"Not audited yet" in page.get(url).content
    page.post(url, {"audit": "yes"})
    page.post(url, {"sign": "yes"})
    text = page.get(url).content.decode()
    assert "Signed by cleo" in text
    assert "red above 0.8" in text
    assert not any(system in text for system in factories.SYSTEMS)
    assert IdentifiabilityAudit.objects.exists()
    assert PresentationReview.objects.get().signed_by == cleo


def test_a_preview_is_the_raters_own_page(page, case, study, ada) -> None:
    url = reverse("case_preview", args=[study.pk, case.pk])
    shown = page.get(url).content.decode()
    rater = Client()
    rater.force_login(ada)
    own = rater.get(reverse("case", args=[case.pk])).content.decode()
    cards = slice(own.index('class="cards"'), own.index('class="criterion"'))
    assert own[cards] in shown
    assert "hx-post" not in shown
    assert Assignment.objects.get(pk=case.pk).opened_at is not None
    film = page.get(reverse("case_preview_film", args=[study.pk, case.pk]))
    assert b"".join(film.streaming_content) == factories.tiny_film().read_bytes()


def test_a_preview_shows_none_of_what_the_rater_answered(
    page, case, study, ada
) -> None:
    rater = Client()
    rater.force_login(ada)
    cell = {"A-grounding-value": "4", "A-grounding-version": "0"}
    rater.post(reverse("cell_save", args=[case.pk, "A", "grounding"]), cell)
    rater.post(
        reverse("words_save", args=[case.pk]),
        {"comment-text": "secret words", "comment-version": "0"},
    )
    shown = page.get(reverse("case_preview", args=[study.pk, case.pk])).content
    assert b"checked" not in shown.split(b'id="keys"')[0].replace(b"aria-checked", b"")
    assert b"secret words" not in shown


def test_a_preview_does_not_tell_that_a_rater_answered(page, ada) -> None:
    rules = Protocol(guess=True, confidence=True)
    study = study_open(study=factories.study(n_cases=3, n_raters=1, protocol=rules))
    rater_seat(study=study, rater=ada)
    case = Assignment.objects.get(seat__rater=ada, position=1)
    url = reverse("case_preview", args=[study.pk, case.pk])
    before = unsigned(page.get(url).content)
    comment_save(case_id=case.pk, text="Clear.", version=0, actor=ada)
    guess_save(case_id=case.pk, letter="", is_unknown=True, version=0, actor=ada)
    assert unsigned(page.get(url).content) == before


def unsigned(page: bytes) -> bytes:
    """A page without its form tokens, which every answer draws anew."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"token", page)


@pytest.mark.parametrize("asked", ["system", "label"])
def test_the_gallery_shows_all_where_nothing_known_is_asked_for(page, asked) -> None:
    factories.clips_with_rationales(2)
    for wanted in ("nothing", "\0"):
        answer = page.get(reverse("gallery"), {asked: wanted})
        assert len(list(answer.context["exhibits"])) == 6


def test_the_gallery_does_not_deny_the_texts_that_it_withholds(page, study) -> None:
    html = page.get(reverse("gallery")).content.decode()
    assert "12 clips of studies not yet unblinded are left out" in html
    assert "No rationale has been written yet" not in html


def test_one_case_is_opened_with_password_and_reason(page, case, study) -> None:
    url = reverse("case_unblind", args=[study.pk])
    sent = {"reason": "red flag", "case": str(case.pk)}
    page.post(url, sent | {"password": "guessed"})
    assert not Event.objects.filter(kind="case_unblinded").exists()
    text = page.post(url, sent | {"password": PASSWORD}).content.decode()
    assert all(system in text for system in factories.SYSTEMS)
    assert "red flag" in page.get(reverse("study", args=[study.pk])).content.decode()


def test_a_seat_is_issued_again(page, study, ada) -> None:
    url = reverse("study_reissue", args=[study.pk])
    sent = {"number": 1, "reason": "moved", "password": "guessed"}
    page.post(url, sent)
    assert Seat.objects.filter(rater=ada).exists()
    page.post(url, sent | {"password": PASSWORD})
    assert not Seat.objects.filter(rater=ada).exists()
    shown = page.get(reverse("study", args=[study.pk])).content.decode()
    assert "seat issued again" in shown


def test_an_invitation_carries_the_site(study) -> None:
    Seat.objects.filter(number=2).update(rater=None)
    raters_invite(
        study=study, emails=["eva@example.org"], site_url="http://x", site="Trondheim"
    )
    (invitation,) = Seat.objects.get(number=2).invitations.all()
    invitation_accept(invitation=invitation, password=PASSWORD)
    assert Seat.objects.get(number=2).site == "Trondheim"


def test_the_dashboard_counts_and_flags_without_a_score(page, study, case, ada) -> None:
    rater = Client()
    rater.force_login(ada)
    url = reverse("case", args=[case.pk])
    rater.get(url)
    answers = {"choice-best": "A", "choice-second": "C", "choice-version": 0}
    answers |= {"comment-text": "", "comment-version": 0}
    for slot in case.slots.all():
        for row in slot.ratings.select_related("criterion"):
            name = f"{slot.letter}-{row.criterion.key}"
            answers |= {f"{name}-value": 5, f"{name}-version": 0}
    rater.post(url, answers)
    rater.post(reverse("case_review", args=[case.pk]))
    text = page.get(reverse("study", args=[study.pk])).content.decode()
    assert "1 in under 1 minute" in text
    assert "1 with the same score everywhere" in text
