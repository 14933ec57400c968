"""Who sees what: whoever is not surely a lead sees least."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory

from annotations.middleware import _sight_of
from annotations.vault import Sight


@pytest.mark.parametrize(
    ("user", "sight"),
    [
        (AnonymousUser(), Sight.RATER),
        (User(username="ada"), Sight.RATER),
        (User(username="gone", is_staff=True, is_active=False), Sight.RATER),
        (User(username="root", is_superuser=True), Sight.RATER),
        (User(username="cleo", is_staff=True), Sight.LEAD),
    ],
)
def test_only_an_active_lead_sees_the_model_room(user, sight) -> None:
    request = RequestFactory().get("/")
    request.user = user
    assert _sight_of(request) is sight
