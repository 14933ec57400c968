"""The admin lets nobody change anything: an account there would be a second signature."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def first_lead() -> User:
    """As ``createsuperuser`` makes one, with a second factor."""
    lead = people.lead("cleo")
    lead.is_superuser = True
    lead.save()
    return lead


def test_the_first_lead_makes_no_second_one_and_no_token_in_the_admin(
    first_lead: User,
) -> None:
    client = Client()
    client.force_login(first_lead)
    assert client.get(reverse("admin:index")).status_code == 200
    rater = people.rater("ada")
    for address in (
        "auth/user/add/",
        f"auth/user/{rater.pk}/password/",
        "authtoken/tokenproxy/add/",
        "mfa/authenticator/",
        "django_q/schedule/add/",
    ):
        assert client.get(f"/admin/{address}").status_code == 404, address


def test_the_admin_changes_nothing_that_it_shows(first_lead: User) -> None:
    request = RequestFactory().get("/")
    request.user = first_lead
    shown = admin.site._registry.items()
    assert len(shown) >= 3
    for model, page in shown:
        may = page.get_model_perms(request)
        assert may == {"add": False, "change": False, "delete": False, "view": True}, (
            model
        )
