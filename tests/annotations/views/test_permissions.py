"""Two studies, every role, every address: who gets what."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse

from annotations import urls
from annotations.models import Assignment, Study
from annotations.services import rater_seat, study_open
from tests import factories

pytestmark = pytest.mark.django_db

CASE_PAGES = [
    ("case", "get"),
    ("case", "post"),
    ("case_review", "get"),
    ("case_review", "post"),
    ("case_cannot_judge", "get"),
    ("case_film_url", "get"),
    ("cell_save", "post"),
    ("picks_save", "post"),
    ("words_save", "post"),
    ("hunch_save", "post"),
    ("case_attention", "post"),
    ("case_reopen", "post"),
]
LEAD_PAGES = [
    ("study_list", "get"),
    ("study", "get"),
    ("study_open", "post"),
    ("study_invite", "post"),
    ("study_lock", "post"),
    ("study_unblind", "post"),
    ("study_verify", "post"),
    ("study_analysis", "get"),
]
SEAT_PAGES = {
    "consent",
    "instructions",
    "withdrawal",
    "practice",
    "practice_review",
    "practice_save",
    "practice_skip",
}
OTHERS = {"home", "invitation", "case_list", "case_film", "diagnosis"} | SEAT_PAGES


@pytest.fixture
def other_study(ben: User) -> Study:
    """A second study, in which Ben alone has a seat."""
    study = study_open(study=factories.study("Second", n_cases=3, n_raters=1, start=40))
    rater_seat(study=study, rater=ben)
    return study


def address(name: str, case: Assignment, study: Study) -> str:
    if name == "study_list":
        return reverse(name)
    if name.startswith("study"):
        return reverse(name, args=[study.pk])
    more = ["A", "grounding"] if name == "cell_save" else []
    return reverse(name, args=[case.pk, *more])


def status(user: User | None, method: str, url: str) -> int:
    client = Client()
    if user:
        client.force_login(user)
    return int(getattr(client, method)(url).status_code)


def test_every_address_stands_in_this_matrix() -> None:
    names = {page for page, _ in CASE_PAGES + LEAD_PAGES} | OTHERS
    patterns = [one for one in urls.urlpatterns if isinstance(one, URLPattern)]
    assert {pattern.name for pattern in patterns} == names


@pytest.mark.parametrize(("page", "method"), CASE_PAGES)
def test_a_case_exists_for_its_own_rater_only(
    page, method, case, study, other_study, ada, ben, cleo
) -> None:
    url = address(page, case, study)
    assert status(ada, method, url) not in (403, 404)
    assert status(ben, method, url) == 404
    assert status(cleo, method, url) == 404
    assert status(None, method, url) == 302


@pytest.mark.parametrize(("page", "method"), LEAD_PAGES)
def test_leads_pages_are_closed_to_raters(page, method, case, study, ada, cleo) -> None:
    url = address(page, case, study)
    assert status(ada, method, url) == 403
    assert status(None, method, url) == 302
    assert status(cleo, method, url) in (200, 302)


@pytest.mark.parametrize(("page", "method"), CASE_PAGES)
def test_an_unknown_case_is_not_found(page, method, case, study, ada) -> None:
    url = address(page, case, study).replace(str(case.pk), str(uuid4()))
    assert status(ada, method, url) == 404


def test_a_draft_shows_its_rater_nothing(study, case, ada) -> None:
    draft = factories.study("Draft", n_cases=3, n_raters=1, start=60)
    draft.seats.update(rater=ada)
    hidden = Assignment.objects.get(seat__study=draft, position=1)
    assert status(ada, "get", reverse("case", args=[hidden.pk])) == 404


def test_the_case_list_shows_ones_own_cases_only(study, other_study, ada, ben) -> None:
    client = Client()
    client.force_login(ben)
    page = client.get(reverse("case_list")).content.decode()
    mine = Assignment.objects.filter(seat__rater=ben)
    assert mine.count() == 6 + 3
    for row in Assignment.objects.all():
        assert (str(row.pk) in page) == (row.seat.rater == ben)


def test_home_leads_each_to_their_own_room(ada: User, cleo: User) -> None:
    client = Client()
    client.force_login(ada)
    assert client.get("/").headers["Location"] == reverse("case_list")
    client.force_login(cleo)
    assert client.get("/").headers["Location"] == reverse("study_list")


@pytest.mark.parametrize("name", ["gaitmodel:runs", "admin:index"])
def test_a_rater_enters_neither_the_model_room_nor_the_admin(ada, name) -> None:
    assert status(ada, "get", reverse(name)) in (302, 403)
