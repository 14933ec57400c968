"""A clock that jumps and a certificate that ends are said once, in one log line."""

import logging
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from evalsite.watching.clock_and_certificate import (
    CERTIFICATE_EVERY_S,
    Watch,
    certificate_state,
)
from tests.certificates import certificate_written

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def watch() -> Watch:
    return Watch(lambda request: HttpResponse("fine"))


def ask(watched: Watch) -> None:
    assert watched(RequestFactory().get("/")).content == b"fine"


def certificate(folder: Path, days: float) -> Path:
    """One that ends ``days`` from ``NOW``."""
    made = certificate_written(folder, NOW + timedelta(days=days))
    return made.certificate


def test_a_jump_of_the_clock_is_logged_once_with_its_size(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    watched = watch()
    real = time.time
    with caplog.at_level(logging.WARNING):
        ask(watched)
        monkeypatch.setattr(time, "time", lambda: real() - 7200)
        ask(watched)
        ask(watched)
        monkeypatch.undo()
        ask(watched)
    told = [record.message.split(":")[0] for record in caplog.records]
    assert told == ["the clock jumped by -7200 s", "the clock jumped by +7200 s"]


def test_a_clock_that_only_drifts_is_not_reported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    watched = watch()
    real = time.time
    for turn in range(10):
        monkeypatch.setattr(time, "time", lambda by=turn: real() + 2 * by)
        ask(watched)
    assert not caplog.records


@pytest.mark.parametrize(
    ("days", "problem", "is_over"),
    [
        (90, "", False),
        (10.5, "expires on 2026-06-11, in 10 days", False),
        (-1, "expired on 2026-05-31", True),
    ],
)
def test_a_certificate_near_its_end_has_a_sentence(
    tmp_path: Path, days: float, problem: str, is_over: bool
) -> None:
    state = certificate_state(certificate(tmp_path, days), NOW)
    assert state.problem.endswith(problem)
    assert bool(state.problem) == bool(problem)
    assert state.is_over is is_over


def test_a_certificate_that_cannot_be_read_is_as_bad_as_an_expired_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "none.pem"
    assert certificate_state(path, NOW).is_over
    path.write_text("not a certificate")
    assert "cannot be read" in certificate_state(path, NOW).problem


def test_an_expired_certificate_is_logged_once_an_hour(
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.TLS_CERTIFICATE = str(certificate_written(
        tmp_path, datetime.now(UTC) - timedelta(days=1)).certificate)  # fmt: skip
    watched = watch()
    ask(watched)
    ask(watched)
    later = time.monotonic() + CERTIFICATE_EVERY_S + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    caplog_before = len(caplog.records)
    monkeypatch.setattr(time, "time", lambda: later + watched.offset)
    ask(watched)
    levels = [r.levelname for r in caplog.records if "expired on" in r.message]
    assert caplog_before == 1
    assert levels == ["ERROR", "ERROR"]


def test_the_system_check_names_an_expired_certificate(
    tmp_path: Path, settings: Settings
) -> None:
    ended = datetime.now(UTC) - timedelta(days=1)
    path = certificate_written(tmp_path, ended).certificate
    settings.TLS_CERTIFICATE = str(path)
    found = {message.id: message for message in run_checks()}
    assert str(path) in found["evalsite.E002"].msg
    assert "Renew" in str(found["evalsite.E002"].hint)
