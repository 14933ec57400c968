"""The Runs page: leads only, a live bar, cancel and retry."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

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
    )


def test_it_shows_progress_and_asks_again_while_a_run_is_under_way(
    cleo: Client,
) -> None:
    running()
    page = cleo.get(reverse("gaitmodel:runs")).content.decode()
    assert "epoch 16/40" in page
    assert 'value="40"' in page
    assert 'hx-trigger="every 2s"' in page


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


@pytest.mark.parametrize("name", ["runs", "run_cancel", "run_retry"])
def test_a_rater_sees_none_of_it(client: Client, name: str) -> None:
    run = running()
    client.force_login(rater("ada"))
    arguments = [] if name == "runs" else [run.pk]
    url = reverse(f"gaitmodel:{name}", args=arguments)
    answer = client.get(url) if name == "runs" else client.post(url)
    assert answer.status_code in (302, 403, 404)
    run.refresh_from_db()
    assert not run.cancel_requested
