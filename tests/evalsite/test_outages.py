"""What is down is told apart from a fault of ours, whatever wraps it."""

import errno
import logging

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import DatabaseError, IntegrityError, OperationalError
from django.test import Client, RequestFactory
from redis.exceptions import ConnectionError as RedisConnectionError

from evalsite.outages import (
    BROKER_DOWN,
    DATABASE_DOWN,
    DISK_FULL,
    READ_ONLY,
    Outage,
    outage_of,
    outage_response,
)


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DISK_FULL),
        (OSError(errno.EROFS, "Read-only file system"), READ_ONLY),
        (OperationalError("database or disk is full"), DISK_FULL),
        (OperationalError("attempt to write a readonly database"), READ_ONLY),
        (OperationalError("disk I/O error"), READ_ONLY),
        (OperationalError("connection refused"), DATABASE_DOWN),
        (RedisConnectionError("Error 111 connecting"), BROKER_DOWN),
        (IntegrityError("the study is locked"), None),
        (ValueError("ours"), None),
        (None, None),
    ],
)
def test_each_outage_is_known_by_its_exception(
    error: Exception | None, outage: Outage | None
) -> None:
    assert outage_of(error) is outage


def test_an_outage_is_found_behind_the_exception_that_wraps_it() -> None:
    error = ValueError("could not save")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert outage_of(error) is DISK_FULL


def test_a_person_gets_a_page_a_program_a_sentence_and_the_log_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = OperationalError("connection refused\n  is it running?")
    with caplog.at_level(logging.ERROR):
        page = outage_response(RequestFactory().get("/cases/"), DATABASE_DOWN, error)
        said = outage_response(RequestFactory().get("/api/x/"), DATABASE_DOWN, error)
    assert page.status_code == said.status_code == 503
    assert page["Retry-After"] == "30"
    assert b"The database cannot be reached" in page.content
    assert said.content == b'{"detail": "The database cannot be reached."}'
    assert [record.message for record in caplog.records] == [
        "outage: database down: GET no view answered 503: connection refused",
        "outage: database down: GET no view answered 503: connection refused",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_database_lost_while_a_session_is_saved_is_no_bad_request(
    client: Client, django_user_model: type[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page sends again what met a 503, and gives up what met a 400."""
    client.force_login(django_user_model.objects.create_user("ada"))

    def lost(*arguments: object, **options: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Session, "save", lost)
    assert client.get("/cases/").status_code == 503


@pytest.mark.django_db(transaction=True)
def test_a_session_that_was_deleted_meanwhile_still_is_one(
    client: Client, django_user_model: type[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(django_user_model.objects.create_user("ada"))

    def gone(*arguments: object, **options: object) -> None:
        raise DatabaseError("Forced update did not affect any rows.")

    monkeypatch.setattr(Session, "save", gone)
    assert client.get("/cases/").status_code == 400
