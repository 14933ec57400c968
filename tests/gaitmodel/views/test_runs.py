"""The Runs page: leads only, a live bar, cancel and retry."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gaitmodel.models import Run
from tests.people import lead, rater

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleo() -> Client:
    client = Client()
    client.force_login(lead("cleo"))
    return client


def running() -> Run:
    return Run.objects.create(
        kind=Run.Kind.TRAIN,
        system="biogait_full",
        state=Run.State.RUNNING,
        progress=0.4,
        stage="epoch 16/40",
        worker="node3, GPU 1",
        device_memory_mb=10_240,
        log_tail="epoch 16/40 <done>",
        started_at=timezone.now() - timedelta(minutes=4),
        heartbeat_at=timezone.now(),
    )


def test_it_shows_progress_and_asks_again_while_a_run_is_under_way(
    cleo: Client,
) -> None:
    running()
    page = cleo.get(reverse("gaitmodel:runs")).content.decode()
    assert "epoch 16/40" in page
    assert 'value="40"' in page
    assert 'hx-trigger="every 2s"' in page


def test_it_shows_where_a_run_is_done_how_long_it_takes_and_the_places_in_line(
    cleo: Client,
) -> None:
    running()
    Run.objects.create(kind=Run.Kind.TRIAL, system="worker")
    page = cleo.get(reverse("gaitmodel:runs")).content.decode()
    assert "node3, GPU 1" in page
    assert "10,240 MB of GPU memory" in page
    assert "about 6 min 00 s left" in page
    assert "queued, 1st in line" in page


def test_a_runs_page_shows_the_end_of_its_log_and_asks_again(cleo: Client) -> None:
    run = running()
    url = reverse("gaitmodel:run", args=[run.pk])
    page = cleo.get(url).content.decode()
    assert "epoch 16/40 &lt;done&gt;" in page
    assert 'hx-trigger="every 2s"' in page
    fragment = cleo.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    Run.objects.update(state=Run.State.FAILED)
    assert "Try again" in cleo.get(url).content.decode()


def test_htmx_gets_the_table_alone(cleo: Client) -> None:
    page = cleo.get(reverse("gaitmodel:runs"), headers={"HX-Request": "true"})
    assert "<html" not in page.content.decode()


def test_it_rests_when_nothing_is_under_way(cleo: Client) -> None:
    Run.objects.create(kind=Run.Kind.TRAIN, system="x", state=Run.State.DONE)
    assert "hx-trigger" not in cleo.get(reverse("gaitmodel:runs")).content.decode()


def test_a_lead_cancels_a_run(cleo: Client) -> None:
    run = running()
    cleo.post(reverse("gaitmodel:run_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.cancel_requested


@pytest.mark.parametrize("name", ["runs", "run", "run_cancel", "run_retry"])
def test_a_rater_sees_none_of_it(client: Client, name: str) -> None:
    run = running()
    client.force_login(rater("ada"))
    arguments = [] if name == "runs" else [run.pk]
    url = reverse(f"gaitmodel:{name}", args=arguments)
    answer = client.get(url) if name in ("runs", "run") else client.post(url)
    assert answer.status_code in (302, 403, 404)
    run.refresh_from_db()
    assert not run.cancel_requested
