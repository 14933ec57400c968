"""Two studies, every role, every address: who gets what.

The addresses come from the URL configuration: one that no policy names fails the
first test, so a new view cannot be forgotten.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Assignment, Seat, Study
from annotations.services import rater_seat, study_open
from tests import factories
from tests.annotations.blinding.crawl import GENERAL, NOBODY, answers
from tests.routes import Route, own_routes, routes

pytestmark = pytest.mark.django_db

ALLOWED, NO, GONE, LOGIN = "allowed", {403}, {404}, {302, 401}
# Who: the person whose case it is, another rater, a lead, a stranger.
Expected = tuple[Any, Any, Any, Any]
POLICIES: dict[str, Expected] = {
    "own case": (ALLOWED, GONE, GONE, LOGIN),
    "own seat": (ALLOWED, GONE, GONE, LOGIN),
    "lead": (NO, NO, ALLOWED, LOGIN),
    "signed in": (ALLOWED, ALLOWED, ALLOWED, LOGIN),
    "anyone": (ALLOWED, ALLOWED, ALLOWED, ALLOWED),
    "nobody": (GONE, GONE, GONE, GONE),
    "own case by API": (ALLOWED, GONE, GONE, {401}),
    "lead by API": (NO, NO, ALLOWED, {401}),
    "token by API": ({401}, {401}, {401}, {401}),
    "signed in by API": (ALLOWED, ALLOWED, ALLOWED, {401}),
    "token": (NO | GONE, NO | GONE, NO | GONE, NO | GONE | LOGIN),
}
ROOMS: dict[str, set[str]] = {
    "own case": {
        "case", "case_review", "case_cannot_judge", "case_film_url", "cell_save",
        "picks_save", "words_save", "hunch_save", "case_attention", "case_reopen",
    },
    "own seat": {"instructions", "pause"},
    "lead": {
        "study_list", "study", "study_open", "study_invite", "study_lock",
        "study_unblind", "study_verify", "study_analysis", "gaitmodel:runs",
        "study_new", "study_check", "study_audit", "study_reissue", "case_preview",
        "case_preview_film", "case_unblind", "study_export", "gaitmodel:table_one", "gallery", "planner", "study_coding",
        "study_comments",
        "gaitmodel:clip_list", "gaitmodel:clip", "gaitmodel:clip_film",
        "gaitmodel:film_reviews", "gaitmodel:walkway",
    },
    "own case by API": {"api_case", "api_cell", "api_choice", "api_submission"},
    "lead by API": {"api_studies", "api_progress", "api_imports"},
    "token by API": {"api_ratings"},
    "signed in by API": {"api_cases", "api_schema"},
    "signed in": {
        "home", "case_list", "mfa_index", "mfa_activate_totp", "account_change_password",
        "account_reauthenticate", "mfa_list_webauthn", "mfa_add_webauthn",
    },
    "nobody": {"metrics"},
    "anyone": {"healthz", "readyz", "account_login", "account_reset_password", "account_reset_password_done"},
    "token": {"invitation", "case_film"},
}  # fmt: skip
# Served only where the protocol or the account has what they are about, or of another
# package and without anything of ours: they are crawled for leaks, and tried elsewhere.
ELSEWHERE = {
    "diagnosis", "consent", "withdrawal", "practice", "practice_review",
    "practice_save", "practice_skip", "account_logout", "account_inactive",
    "account_set_password", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "session_left", "session_stay",
    "mfa_authenticate", "mfa_reauthenticate", "mfa_deactivate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "mfa_remove_webauthn", "mfa_edit_webauthn",
    "mfa_reauthenticate_webauthn", "mfa_login_webauthn",
    "gaitmodel:run", "gaitmodel:run_cancel", "gaitmodel:run_retry", "gaitmodel:film_cut_out",
    "gaitmodel:film_review_decide",
}  # fmt: skip
POST_ONLY = {
    "cell_save",
    "picks_save",
    "words_save",
    "hunch_save",
    "case_attention",
    "case_reopen",
    "study_open",
    "study_invite",
    "study_lock",
    "study_unblind",
    "study_verify",
    "study_export",
    "study_check",
    "study_reissue",
    "case_unblind",
    "api_submission",
    "api_imports",
}
PUT_ONLY = {"api_cell", "api_choice"}  # fmt: skip


@pytest.fixture
def other_study(ben: User) -> Study:
    """A second study, in which Ben alone has a seat."""
    study = study_open(study=factories.study("Second", n_cases=3, n_raters=1, start=40))
    rater_seat(study=study, rater=ben)
    return study


def policy_of(route: Route) -> str | None:
    return next((room for room, names in ROOMS.items() if route.name in names), None)


def values_of(case: Assignment) -> dict[str, Any]:
    return {
        "case_id": case.pk,
        "seat_id": case.seat_id,
        "study_id": case.seat.study_id,
        "letter": "A",
        "criterion": "grounding",
        "token": "forged",
        "clip_id": case.case.clip_id,
        "place": 0,
    }


def address(route: Route, case: Assignment, **changes: Any) -> str:
    known = values_of(case) | changes
    return reverse(route.name, kwargs={name: known[name] for name in route.parameters})


def status(user: User | None, url: str, method: str, case: Assignment) -> int:
    client = Client()
    if user:
        client.force_login(user)
    sent = GENERAL | answers(case)
    if url.startswith("/api/") and method != "get":
        sent = {"value": 4, "version": 0, "best": "A", "manifest": "x.csv"}
        answer = getattr(client, method)(url, sent, content_type="application/json")
    else:
        answer = getattr(client, method)(url, sent)
    return int(answer.status_code)


def methods(route: Route) -> Iterator[str]:
    if route.name in PUT_ONLY:
        yield "put"
    elif route.name not in POST_ONLY:
        yield "get"
    if route.name in POST_ONLY | {"case", "case_review", "case_cannot_judge"}:
        yield "post"


def test_every_address_of_the_site_has_a_policy() -> None:
    named = set().union(*ROOMS.values()) | ELSEWHERE
    assert {route.name for route in own_routes()} == named


CHECKED = [
    (route, method)
    for route in own_routes()
    if policy_of(route)
    for method in methods(route)
]


@pytest.mark.parametrize(
    ("route", "method"), CHECKED, ids=[f"{r.name}-{m}" for r, m in CHECKED]
)
def test_everyone_gets_what_the_policy_says(
    route, method, case, study, other_study, ada, ben, cleo
) -> None:
    url = address(route, case)
    policy = POLICIES[policy_of(route)]
    for person, expected in zip((ada, ben, cleo, None), policy, strict=True):
        got = status(person, url, method, case)
        if expected == ALLOWED:
            assert got not in (401, 403, 404, 405, 500), (person, got)
        else:
            assert got in expected, (person, got)


@pytest.mark.parametrize(
    ("route", "method"), CHECKED, ids=[f"{r.name}-{m}" for r, m in CHECKED]
)
def test_browsers_keep_the_film_and_nothing_else(
    route, method, case, study, ada, cleo
) -> None:
    for person in (ada, cleo):
        client = Client()
        client.force_login(person)
        answer = getattr(client, method)(address(route, case), answers(case))
        is_film = answer.headers.get("Content-Type") == "video/mp4"
        assert is_film or "no-store" in answer.headers["Cache-Control"], person
        assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("route", "method"),
    [
        (r, m)
        for r, m in CHECKED
        if {"case_id", "seat_id", "study_id"} & {*r.parameters}
        and policy_of(r) != "token by API"
    ],
    ids=str,
)
def test_what_does_not_exist_is_not_found(
    route, method, case, study, ada, cleo
) -> None:
    unknown = dict.fromkeys(("case_id", "seat_id", "study_id"), NOBODY)
    url = address(route, case, **unknown)
    person = cleo if "lead" in str(policy_of(route)) else ada
    assert status(person, url, method, case) == 404


def test_the_admin_and_the_model_room_are_closed_to_raters(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    dummy = {
        "object_id": 1,
        "id": 1,
        "app_label": "gaitmodel",
        "content_type_id": 1,
        "url": "x",
        "clip_id": 0,
        "place": 0,
    }
    closed = [
        route
        for route in routes()
        if route.is_foreign or route.name.startswith("gaitmodel:")
    ]
    assert len(closed) > 10
    for route in closed:
        known = dummy | {"run_id": NOBODY}
        url = reverse(
            route.name, kwargs={name: known[name] for name in route.parameters}
        )
        for method in ("get", "post"):
            got = getattr(client, method)(url)
            assert got.status_code in (302, 403, 404, 405), (route, got)
            if got.status_code == 302:
                assert "/login/" in got.headers["Location"] or route.name in (
                    "admin:logout", "admin:password_change",
                ), route  # fmt: skip


def test_a_draft_shows_its_rater_nothing(study, case, ada) -> None:
    draft = factories.study("Draft", n_cases=3, n_raters=1, start=60)
    draft.seats.update(rater=ada)
    hidden = Assignment.objects.get(seat__study=draft, position=1)
    mine = [r for r, _ in CHECKED if policy_of(r) in ("own case", "own seat")]
    for route, method in product(mine, ("get", "post")):
        got = status(ada, address(route, hidden), method, hidden)
        assert got in (404, 405), route


def test_the_case_list_shows_ones_own_cases_only(study, other_study, ada, ben) -> None:
    client = Client()
    client.force_login(ben)
    page = client.get(reverse("case_list")).content.decode()
    mine = Assignment.objects.filter(seat__rater=ben)
    assert mine.count() == 6 + 3
    for row in Assignment.objects.all():
        assert (str(row.pk) in page) == (row.seat.rater == ben)


def test_a_seat_is_its_raters_alone(study, ada, ben, cleo) -> None:
    seat = Seat.objects.get(rater=ada)
    for name, more in (("consent", []), ("withdrawal", []), ("practice", [1])):
        url = reverse(name, args=[seat.pk, *more])
        for person in (ben, cleo):
            client = Client()
            client.force_login(person)
            assert client.get(url).status_code == 404
        assert isinstance(seat.pk, UUID)


def test_home_leads_each_to_their_own_room(ada: User, cleo: User) -> None:
    client = Client()
    client.force_login(ada)
    assert client.get("/").headers["Location"] == reverse("case_list")
    client.force_login(cleo)
    assert client.get("/").headers["Location"] == reverse("study_list")
