"""Small worlds, and the people who must be blind in them."""

import random
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal import auth
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from annotations.core.instrument.protocol import CONSENT, Protocol
from annotations.models import Study
from annotations.services import rater_seat, study_open
from annotations.services.joining import consent_give
from tests import factories, people

RULES = Protocol(
    consents=(CONSENT,), practice=True, guess=True, confidence=True, reopening=True
)


@pytest.fixture(autouse=True)
def nothing_drawn(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the secrets that pages draw anew on each visit the same on all visits."""
    settings.SESSION_IDLE_S = 10_000
    monkeypatch.setattr(auth, "generate_totp_secret", lambda: people.TOTP_SECRET)
    monkeypatch.setattr(
        random.SystemRandom, "sample", lambda self, items, k: list(items)
    )


@pytest.fixture
def small_study(ada: User, ben: User) -> Study:
    """An open study: Ada has two cases and has consented, Ben has one and has not."""
    study = study_open(study=factories.study(n_cases=3, n_raters=2, protocol=RULES))
    seat = rater_seat(study=study, rater=ada)
    rater_seat(study=study, rater=ben)
    consent_give(seat_id=seat.pk, version="1", actor=ada)
    return Study.objects.get()


@pytest.fixture
def client_of() -> Callable[[User | None], Client]:
    def made(user: User | None) -> Client:
        client = Client(raise_request_exception=False)
        if user is not None:
            client.force_login(user)
        return client

    return made
