"""What machines ask: alive, ready, and metrics for those who may have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisGone

from annotations.models import Study
from annotations.services import rater_seat, study_open
from evalsite.environment import env_networks
from evalsite.watching import readiness
from gaitmodel.models import Run
from gaitmodel.services import runs
from tests import factories, people


def networks(monkeypatch: pytest.MonkeyPatch, text: str) -> list[object]:
    monkeypatch.setenv("SOME_NETWORKS", text)
    return list(env_networks("SOME_NETWORKS"))


def test_the_process_is_alive_without_a_database_a_session_or_a_host(
    client: Client,
) -> None:
    """No database mark: any query would fail this test."""
    client.cookies["sessionid"] = "of-a-lost-database"
    answer = client.get("/healthz", headers={"host": "10.0.0.3"})
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_whole_site_is_ready(client: Client) -> None:
    answer = client.get("/readyz", headers={"host": "10.0.0.3"})
    assert answer.status_code == 200
    assert answer.json() == dict.fromkeys(
        ("database", "migrations", "broker", "media", "keys"), "ok"
    )


@pytest.mark.django_db
def test_each_part_that_is_down_is_named(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    people.lead("cleo")
    settings.SECRET_KEY = "another" * 10
    (tmp_path / "file").write_text("")
    settings.CLIP_STORE = tmp_path / "file" / "clips"

    def gone(*given: object) -> None:
        raise RedisGone

    monkeypatch.setattr(readiness, "get_broker", gone)
    monkeypatch.setattr(
        readiness.MigrationExecutor, "migration_plan", lambda self, targets: [1, 2]
    )
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "database": "ok",
        "migrations": "2 migrations are not applied: run migrate",
        "broker": "the queue's broker cannot be reached",
        "media": "the clip store cannot be written (Not a directory)",
        "keys": "SECRET_KEY is not the one that encrypted the second factors",
    }


def test_a_lost_database_is_a_word_not_an_error(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost() -> str:
        raise DatabaseError

    checks = dict.fromkeys(readiness.CHECKS, lost)
    monkeypatch.setattr(readiness, "CHECKS", checks)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert set(answer.json().values()) == {"the database cannot be reached"}


@pytest.mark.django_db
def test_metrics_are_there_for_configured_addresses_or_the_token_alone(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "very-secret"  # noqa: S105
    wrong = {"authorization": "Bearer wrong"}
    assert client.get("/metrics", headers=wrong).status_code == 404
    right = {"authorization": "Bearer very-secret"}
    assert client.get("/metrics", headers=right).status_code == 200
    settings.METRICS_TOKEN = ""
    assert (
        client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    )
    settings.METRICS_FROM = networks(monkeypatch, "10.0.0.0/8")
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200


@pytest.mark.django_db
def test_behind_the_front_server_its_word_for_the_address_counts(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a client writes itself comes first in the list, and is not believed."""
    settings.METRICS_FROM = networks(monkeypatch, "10.0.0.0/8,127.0.0.1")
    outside = {"x-forwarded-for": "10.1.2.3, 203.0.113.9"}
    assert client.get("/metrics", headers=outside).status_code == 404
    inside = {"x-forwarded-for": "203.0.113.9, 10.1.2.3"}
    assert client.get("/metrics", headers=inside).status_code == 200
    stranger = {"x-forwarded-for": "10.1.2.3"}
    answer = client.get("/metrics", headers=stranger, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 404


@pytest.mark.django_db
def test_metrics_tell_latencies_queue_workers_and_heads(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_FROM = networks(monkeypatch, "127.0.0.1")
    study = study_open(study=factories.study(n_cases=2, n_raters=1))
    rater_seat(study=study, rater=people.rater("ada"))
    for state in (Run.State.QUEUED, Run.State.QUEUED, Run.State.FAILED):
        Run.objects.create(kind=Run.Kind.TRIAL, system="worker", state=state)
    assert runs.run_claim_next(worker="here")
    client.get("/login/")
    text = client.get("/metrics").content.decode()
    for line in (
        'biogait_request_seconds_count{method="GET",status="2xx",view="account_login"}',
        'biogait_runs{state="queued"} 1.0',
        'biogait_runs{state="running"} 1.0',
        'biogait_runs{state="failed"} 1.0',
        "biogait_run_heartbeat_age_seconds ",
        "biogait_worker_seen_age_seconds ",
        "biogait_broker_messages ",
        f'biogait_chain_head_age_seconds{{study="{study.pk}"}} ',
        'biogait_ready{part="database"} 1.0',
    ):
        assert line in text
    assert Study.objects.get().name not in text


def test_nonsense_networks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="SOME_NETWORKS.*10.0.0"):
        networks(monkeypatch, "10.0.0")
