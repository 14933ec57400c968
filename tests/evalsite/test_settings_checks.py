"""Settings that make no sense are named with an id and a hint."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from evalsite import backing
from evalsite.environment import env_choice, env_text

EVERYBODY = [ip_network("0.0.0.0/0")]
NONSENSE = {
    "E010": {"REDIS_URL": "localhost:6379"},
    "E011": {"MEDIA_ACCEL_PREFIX": "_films"},
    "E012": {"METRICS_FROM": EVERYBODY},
    "E013": {"TRUSTED_PROXIES": EVERYBODY},
    "E014": {"ALLOWED_HOSTS": ["*"]},
    "E015": {"EMAIL_HOST": "mail", "DEFAULT_FROM_EMAIL": "webmaster@localhost"},
    "E016": {"EMAIL_HOST_PASSWORD": "secret", "EMAIL_TLS": "none"},
    "E017": {"METRICS_TOKEN": "short"},
    "E018": {"MEDIA_STORAGE": "s3", "S3_BUCKET": ""},
    "E019": {"S3_KEYS": ("key", "")},
}
SENSE = {
    "ALLOWED_HOSTS": ["study.example.org"],
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "MEDIA_ACCEL_PREFIX": "/_films/",
    "EMAIL_HOST": "mail",
    "DEFAULT_FROM_EMAIL": "study@example.org",
    "METRICS_TOKEN": "a" * 32,
}


def found(ours: str = "evalsite.E01") -> list[str]:
    messages = run_checks(include_deployment_checks=True)
    assert all(m.hint for m in messages if str(m.id).startswith("evalsite"))
    return [str(m.id) for m in messages if str(m.id).startswith(ours)]


def test_a_sensible_deployment_passes(settings: Settings) -> None:
    for name, value in SENSE.items():
        setattr(settings, name, value)
    assert found() == []


@pytest.mark.parametrize("number", NONSENSE)
def test_nonsense_is_named(settings: Settings, number: str) -> None:
    for name, value in {**SENSE, **NONSENSE[number]}.items():
        setattr(settings, name, value)
    assert found() == [f"evalsite.{number}"]


def test_a_database_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="postgres://user"):
        backing.database("mongodb://here/there", tmp_path)


def test_a_secret_may_lie_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("SOMETHING_FILE", str(tmp_path / "secret"))
    assert env_text("SOMETHING") == "from a file"
    monkeypatch.setenv("SOMETHING_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="SOMETHING_FILE names no file"):
        env_text("SOMETHING")


def test_one_of_a_few_words_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env_choice("FORM", ("text", "json")) == "text"
    monkeypatch.setenv("FORM", "xml")
    with pytest.raises(ImproperlyConfigured, match="FORM is text or json, not 'xml'"):
        env_choice("FORM", ("text", "json"))
