"""Signing in: names and passwords, second factors, limits of a session, headers."""

import re
import time
from datetime import timedelta
from importlib import import_module
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from pytest_django import Settings

from annotations.models import Study
from annotations.services import study_open
from tests import factories, people

pytestmark = pytest.mark.django_db


def sign_in(client: Client, name: str, password: str = people.PASSWORD, **more: str):
    return client.post("/login/", {"username": name, "password": password, **more})


def test_a_rater_signs_in_with_name_and_password() -> None:
    people.rater("ada")
    client = Client()
    assert sign_in(client, "ada").headers["Location"] == "/"
    assert client.get(reverse("case_list")).status_code == 200


def test_a_wrong_password_is_refused_in_one_sentence() -> None:
    people.rater("ada")
    page = sign_in(Client(), "ada", "wrong")
    assert b"Name and password do not match" in page.content


def test_a_lead_needs_the_second_factor_to_come_in() -> None:
    people.lead("cleo")
    client = Client()
    asked = sign_in(client, "cleo")
    assert asked.headers["Location"].startswith("/account/2fa/authenticate/")
    assert client.get(reverse("study_list")).status_code == 302
    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    right = client.post("/account/2fa/authenticate/", {"code": people.totp_code()})
    assert right.status_code == 302
    assert client.get(reverse("study_list")).status_code == 200


def test_a_lead_without_a_second_factor_can_only_set_one_up() -> None:
    User.objects.create_user("new", password=people.PASSWORD, is_staff=True)
    client = Client()
    sign_in(client, "new")
    for page in ("study_list", "gaitmodel:runs", "admin:index", "home"):
        assert client.get(reverse(page)).headers["Location"] == reverse(
            "mfa_activate_totp"
        )
    confirm = client.get(reverse("mfa_activate_totp")).headers["Location"]
    assert confirm.startswith(reverse("account_reauthenticate"))
    client.post(confirm, {"password": people.PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = people.totp_code(secret)
    client.post(reverse("mfa_activate_totp"), {"code": code})
    assert client.get(reverse("study_list")).status_code == 200


def test_the_demos_site_lets_leads_in_without_one(settings) -> None:
    settings.LEADS_NEED_MFA = False
    User.objects.create_user("lena", password=people.PASSWORD, is_staff=True)
    client = Client()
    sign_in(client, "lena")
    assert client.get(reverse("study_list")).status_code == 200


def test_a_rater_may_add_an_app_recovery_codes_and_a_passkey() -> None:
    people.rater("ada")
    client = Client()
    sign_in(client, "ada")
    page = client.get(reverse("mfa_index")).content
    for words in (b"Authenticator App", b"Recovery Codes", b"Security Keys"):
        assert words in page


def test_the_secret_of_a_second_factor_is_not_stored_in_the_clear() -> None:
    people.lead("cleo")
    assert people.TOTP_SECRET not in str(Authenticator.objects.get().data)


def test_nobody_signs_up() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_too_many_tries_close_the_name(settings) -> None:
    settings.AXES_ENABLED = True
    people.rater("ada")
    client = Client()
    for _ in range(8):
        sign_in(client, "ada", "wrong")
    assert sign_in(client, "ada").status_code == 429


def test_passwords_are_hashed_with_argon2(settings) -> None:
    settings.PASSWORD_HASHERS = import_module("evalsite.settings").PASSWORD_HASHERS
    assert make_password("walking").startswith("argon2$argon2id$")


def aged(client: Client, **seconds: float) -> None:
    session = client.session
    for name, age in seconds.items():
        session[name] = time.time() - age
    session.save()


@pytest.mark.parametrize("age", [{"seen": 901}, {"begun": 12 * 3600 + 1}])
def test_a_session_ends_by_idleness_and_by_length(age) -> None:
    client = Client()
    client.force_login(people.rater("ada"))
    assert client.get(reverse("case_list")).status_code == 200
    aged(client, **age)
    away = client.get(reverse("case_list"))
    assert away.headers["Location"] == "/login/?next=/cases/"


def test_what_a_page_asks_by_itself_is_no_activity() -> None:
    client = Client()
    client.force_login(people.rater("ada"))
    client.get(reverse("case_list"))
    aged(client, seen=600)
    left = client.get(reverse("session_left")).json()["left_s"]
    assert 298 <= left <= 300
    client.post(reverse("session_stay"))
    assert client.get(reverse("session_left")).json()["left_s"] > 890


def test_a_fragment_is_never_answered_with_the_sign_in_page() -> None:
    client = Client(headers={"hx-request": "true"})
    assert client.post("/cases/").status_code == 401
    assert client.get(reverse("session_left")).status_code == 401


def test_the_admin_has_no_door_of_its_own() -> None:
    assert Client().get("/admin/login/").headers["Location"] == "/login/"


def test_no_page_allows_inline_script_or_style_or_another_site() -> None:
    page = Client().get("/login/")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*", policy)
    assert "camera=()" in page.headers["Permissions-Policy"]
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.headers["X-Frame-Options"] == "DENY"
    scripts = re.findall(rb"<script(?![^>]*(?:src=|application/json))", page.content)
    assert not scripts
    assert b"style=" not in page.content


def test_locking_asks_for_the_password_again() -> None:
    study = study_open(study=factories.study(n_cases=3, n_raters=1))
    client = Client()
    client.force_login(people.lead("cleo"))
    url = reverse("study_lock", args=[study.pk])
    for wrong in ({}, {"password": "guessed"}):
        client.post(url, wrong)
        assert Study.objects.get().is_open
    client.post(url, {"password": people.PASSWORD})
    assert Study.objects.get().state == Study.State.LOCKED


def test_the_commands_of_the_data_protection_page_clear_every_sign_in(
    settings: Settings,
) -> None:
    settings.AXES_ENABLED = True
    people.rater("ada")
    sign_in(Client(), "ada", "wrong")
    sign_in(Client(), "somebody@example.org", "wrong")
    sign_in(Client(), "ada")
    page = (settings.BASE_DIR / "docs" / "data-protection.md").read_text()
    kept = (AccessAttempt, AccessFailureLog, AccessLog)
    assert any(model.objects.exists() for model in kept)
    month = timezone.now() - timedelta(days=31)
    for model in kept:
        model.objects.update(attempt_time=month)
    for words in re.findall(r"`manage\.py (axes_reset[^`]*)`", page):
        call_command(*words.split(), stdout=StringIO())
    assert not any(model.objects.exists() for model in kept)
