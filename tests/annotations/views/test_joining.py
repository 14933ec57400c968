"""The way to the first case: consent, instructions, practice; then breaks."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.core.instrument.protocol import CONSENT, Protocol
from annotations.models import Assignment, Attention, OwnDiagnosis, Rating, Seat
from annotations.services import rater_seat, study_open
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(ada: User) -> Seat:
    """Ada's, in a study with everything that can come before a case."""
    rules = Protocol(
        consents=(CONSENT,), practice=True, own_diagnosis=True, break_after=1
    )
    study = study_open(study=factories.study(n_cases=3, n_raters=1, protocol=rules))
    return rater_seat(study=study, rater=ada)


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def case_url(position: int = 1, name: str = "case") -> str:
    return reverse(name, args=[Assignment.objects.get(position=position).pk])


def sheet(case: Assignment) -> dict[str, str]:
    """Every answer of a page as a browser without JavaScript sends it."""
    answers = {"choice-best": "A", "choice-second": "C", "choice-version": "0"}
    answers |= {"comment-text": "", "comment-version": "0"}
    for row in Rating.objects.filter(slot__assignment=case):
        name = f"{row.slot.letter}-{row.criterion.key}"
        answers |= {f"{name}-value": "4", f"{name}-version": "0"}
    return answers


def test_the_way_to_the_first_case(browser, seat) -> None:
    consent = reverse("consent", args=[seat.pk])
    assert browser.get(case_url()).headers["Location"] == consent
    assert browser.post(consent, {}).status_code == 400
    instructions = reverse("instructions", args=[seat.pk])
    agreed = browser.post(consent, {"agree": "on"})
    assert agreed.headers["Location"] == instructions
    assert b"I would use it as it stands." in browser.get(instructions).content
    practice = reverse("practice", args=[seat.pk, 1])
    assert browser.post(instructions).headers["Location"] == practice
    assert browser.get(case_url()).headers["Location"] == case_url(name="diagnosis")
    assert browser.post(case_url(name="diagnosis"), {}).status_code == 400
    page = browser.get(case_url(name="diagnosis")).content
    assert b"stride" not in page
    given = browser.post(case_url(name="diagnosis"), {"label": "normal"})
    assert given.headers["Location"] == case_url()
    assert OwnDiagnosis.objects.get().label == "normal"
    assert b"stride" in browser.get(case_url()).content


def test_practice_is_scored_discussed_and_forgotten(browser, seat) -> None:
    practice = reverse("practice", args=[seat.pk, 1])
    cell = {"A-grounding-value": "4", "A-grounding-version": "0"}
    # What it says of practice stands apart from the notice, which every answer empties.
    shown = browser.get(practice).content
    assert b"your answers here are not kept" in shown
    assert b'<div id="notice" aria-live="assertive"></div>' in shown
    saved = browser.post(f"{practice}cells/A/grounding/", cell)
    assert b"13 answers missing" in saved.content
    assert (
        b'name="A-grounding-value" value="4" checked' in browser.get(practice).content
    )
    empty = {"A-grounding-version": "0"}
    cleared = browser.post(f"{practice}cells/A/grounding/", empty)
    assert b"14 answers missing" in cleared.content
    answers = sheet(Assignment.objects.get(position=1))
    for number in (1, 2):
        url = reverse("practice", args=[seat.pk, number])
        review = browser.post(url, {**answers, "action": "review"})
        discussed = browser.post(review.headers["Location"])
        assert b"discussion" in discussed.content
    seat.refresh_from_db()
    assert seat.practised_at is not None
    assert not [key for key, _ in browser.session.items() if key.startswith("practice")]
    assert not Rating.objects.filter(version__gt=0).exists()


@pytest.mark.parametrize(
    ("what", "nonsense"),
    [
        ("cells/A/grounding", {"A-grounding-value": "9"}),
        ("choice", {"choice-confidence": "sure"}),
        ("guess", {"guess-answer": "nobody"}),
        ("comment", {"comment-text": "word " * 1000}),
    ],
)
def test_practice_refuses_what_a_case_refuses(browser, seat, what, nonsense) -> None:
    practice = reverse("practice", args=[seat.pk, 1])
    version = {f"{next(iter(nonsense)).rpartition('-')[0]}-version": "0"}
    refused = browser.post(f"{practice}{what}/", nonsense | version)
    assert refused.status_code == 400
    assert browser.get(practice).status_code == 200


def test_practice_can_be_skipped(browser, seat) -> None:
    browser.post(reverse("practice_skip", args=[seat.pk]))
    seat.refresh_from_db()
    assert seat.practised_at is not None


def test_a_break_is_suggested_and_the_rest_is_estimated(browser, seat) -> None:
    browser.post(reverse("consent", args=[seat.pk]), {"agree": "on"})
    browser.post(case_url(name="diagnosis"), {"label": "normal"})
    browser.post(case_url(), sheet(Assignment.objects.get(position=1)))
    done = browser.post(case_url(name="case_review"))
    for _ in ("come", "loaded again after the break"):
        rest = browser.get(done.headers["Location"])
        assert b"Time for a break?" in rest.content
        assert b"about 8 minutes left" in rest.content


def test_a_beat_is_taken_and_nonsense_refused(browser, seat, ada) -> None:
    browser.post(reverse("consent", args=[seat.pk]), {"agree": "on"})
    browser.post(case_url(name="diagnosis"), {"label": "normal"})
    url = case_url(name="case_attention")
    beat = {"active_s": "0.5", "watched": "0.00-1.00 2.00-3.00", "film_s": "4"}
    assert browser.post(url, beat).status_code == 204
    assert Attention.objects.get().coverage == 0.5
    endless = {"active_s": "1", "watched": f"0-{'9' * 400}"}
    for wrong in (
        {"active_s": "-1"},
        {"active_s": "1", "watched": "<b>"},
        endless,
        {},
    ):
        assert browser.post(url, wrong).status_code == 400


def test_leaving_is_one_form_away(browser, seat) -> None:
    assert browser.get(reverse("withdrawal", args=[seat.pk])).status_code == 404
    browser.post(reverse("consent", args=[seat.pk]), {"agree": "on"})
    page = browser.get(reverse("withdrawal", args=[seat.pk]))
    assert b"erased" in page.content
    browser.post(reverse("withdrawal", args=[seat.pk]))
    assert browser.get(reverse("consent", args=[seat.pk])).status_code == 404
    assert b"You have no cases yet" in browser.get(reverse("case_list")).content
