"""The queue of Runs: one worker at a time, taken over after its death, ended once."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisGone

from gaitmodel.models import Run
from gaitmodel.selectors.runs import queue_state, runs_shown
from gaitmodel.services import runs as services
from gaitmodel.services.runs import Lease

pytestmark = pytest.mark.django_db


def run(state: str = Run.State.QUEUED, **values: object) -> Run:
    return Run.objects.create(
        kind=Run.Kind.TRIAL, system="worker", state=state, **values
    )


def claimed(**values: object) -> Run:
    """A Run that this test's worker holds."""
    run(**values)
    held = services.run_claim_next(worker="here")
    assert held is not None
    return held


def taken_over(held: Run) -> Run:
    """The same Run in the hands of the worker after."""
    Run.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert services.runs_recover() == 1
    other = services.run_claim_next(worker="there")
    assert other is not None
    assert other.pk == held.pk
    return other


def state_of(held: Run) -> str:
    held.refresh_from_db()
    return held.state


def test_a_run_is_claimed_once() -> None:
    claimed()
    assert services.run_claim_next(worker="there") is None


def test_a_run_that_was_taken_meanwhile_is_not_claimed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = run()
    assert services._claim(waiting.pk, "here")
    assert not services._claim(waiting.pk, "there")


def test_the_highest_priority_goes_first_then_the_oldest() -> None:
    old, urgent, new = run(), run(priority=Run.Priority.HIGH), run()
    low = run(priority=Run.Priority.LOW)
    order = [services.run_claim_next(worker="here") for _ in range(4)]
    assert [one.pk for one in order if one] == [urgent.pk, old.pk, new.pk, low.pk]


def test_a_run_for_two_devices_waits_for_a_worker_that_has_two() -> None:
    wide = run(processes=2)
    assert services.run_claim_next(worker="small") is None
    taken = services.run_claim_next(worker="large", processes=2)
    assert taken is not None
    assert taken.pk == wide.pk


def test_a_queued_run_sends_a_message_after_commit(
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.run_create(
            kind=Run.Kind.TRAIN, system="biogait_full", parameters={}, queue=True
        )
    [waiting] = OrmQ.objects.all()
    assert waiting.key == "gpu"
    assert waiting.func() == "gaitmodel.tasks.run_next"


def test_a_run_of_a_command_is_never_a_workers() -> None:
    own = services.run_create(
        kind=Run.Kind.TRAIN, system="biogait_full", parameters={}, queue=False
    )
    assert own.state == Run.State.RUNNING
    assert services.run_claim_next(worker="there") is None


def test_there_are_as_many_messages_as_runs_that_wait() -> None:
    for _ in range(3):
        run()
    services.runs_wake()
    services.runs_wake()
    assert OrmQ.objects.count() == 3


def test_a_broker_that_is_away_fails_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(cluster: str) -> None:
        raise RedisGone("no redis")

    monkeypatch.setattr(services, "get_broker", gone)
    over = run(Run.State.FAILED)
    assert services.run_retry(run_id=over.pk)
    assert state_of(over) == Run.State.QUEUED


def test_a_queued_run_is_cancelled_at_once() -> None:
    waiting = run()
    services.run_cancel(run_id=waiting.pk)
    assert state_of(waiting) == Run.State.CANCELLED
    assert services.run_claim_next(worker="here") is None


def test_a_running_run_hears_of_its_cancelling_at_the_next_beat() -> None:
    held = claimed()
    assert services.run_beat(run=held) is Lease.HELD
    services.run_cancel(run_id=held.pk)
    assert services.run_beat(run=held) is Lease.STOPPING
    services.run_stop(run=held)
    assert state_of(held) == Run.State.CANCELLED


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_is_away_for_a_while_takes_no_run_from_its_worker(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    held = claimed()
    closed: list[bool] = []

    def away(*given: object) -> None:
        raise kind("the connection is closed")

    with monkeypatch.context() as patch:
        patch.setattr(services, "_held", away)
        patch.setattr(services.connection, "close", lambda: closed.append(True))
        assert services.run_beat(run=held) is Lease.HELD
    assert closed == [True]
    assert services.run_beat(run=held) is Lease.HELD


def test_a_finished_run_cannot_be_cancelled_or_ended_again() -> None:
    held = claimed()
    assert services.run_finish(run=held, result={})
    assert not services.run_cancel(run_id=held.pk)
    assert not services.run_fail(run=held, reason="late")
    assert not services.run_finish(run=held, result={})
    assert state_of(held) == Run.State.DONE


def test_only_runs_without_a_heartbeat_are_queued_again(settings: Settings) -> None:
    now = timezone.now()
    stale = now - timedelta(seconds=settings.RUN_LEASE_S + 1)
    dead = run(Run.State.RUNNING, heartbeat_at=stale, claim=uuid4())
    alive = run(Run.State.RUNNING, heartbeat_at=now, claim=uuid4())
    assert services.runs_recover() == 1
    assert (state_of(dead), state_of(alive)) == ("queued", "running")


def test_a_worker_that_was_taken_for_dead_can_write_nothing_more() -> None:
    first = claimed()
    second = taken_over(first)
    assert services.run_beat(run=first) is Lease.LOST
    assert not services.run_progress(run=first, progress=0.9, stage="late")
    assert not services.run_finish(run=first, result={"by": "first"})
    assert not services.run_fail(run=first, reason="late")
    assert services.run_finish(run=second, result={"by": "second"})
    second.refresh_from_db()
    assert (second.result, second.attempts) == ({"by": "second"}, 2)


def test_a_run_that_is_cancelled_while_its_worker_is_dead_is_not_done_again() -> None:
    held = claimed()
    services.run_cancel(run_id=held.pk)
    Run.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    services.runs_recover()
    assert state_of(held) == Run.State.CANCELLED


def test_a_run_that_keeps_killing_its_worker_is_given_up(settings: Settings) -> None:
    settings.RUN_MAX_ATTEMPTS = 2
    held = claimed()
    services.run_lost(run=held, reason="killed")
    again = services.run_claim_next(worker="there")
    assert again is not None
    services.run_lost(run=again, reason="its process ended by SIGKILL")
    assert state_of(again) == Run.State.FAILED
    assert again.reason == "given up after 2 attempts: its process ended by SIGKILL"


def test_a_worker_that_ends_gives_its_run_back_at_once() -> None:
    held = claimed()
    assert services.run_release(run=held)
    assert state_of(held) == Run.State.QUEUED
    assert held.attempts == 0


def test_a_failed_run_can_be_tried_again() -> None:
    failed = run(Run.State.FAILED, reason="no memory", attempts=3)
    assert services.run_retry(run_id=failed.pk)
    again = services.run_claim_next(worker="here")
    assert again is not None
    assert again.attempts == 1


def test_what_is_shown_begins_with_what_is_under_way_and_the_queue_in_order() -> None:
    over, old = run(Run.State.DONE, finished_at=timezone.now()), run()
    urgent = run(priority=Run.Priority.HIGH)
    held = run(Run.State.RUNNING, started_at=timezone.now())
    shown = runs_shown()
    assert [one.pk for one in shown] == [held.pk, urgent.pk, old.pk, over.pk]
    assert [getattr(one, "place", None) for one in shown] == [None, 1, 2, None]


def test_the_time_left_goes_by_the_progress_since_it_was_taken() -> None:
    now = timezone.now()
    half = run(
        Run.State.RUNNING,
        started_at=now - timedelta(minutes=10),
        heartbeat_at=now,
        progress=0.5,
    )
    assert half.left == timedelta(minutes=10)
    assert run(progress=0.5).left is None


def test_the_queue_tells_how_old_its_oldest_are() -> None:
    now = timezone.now()
    run()
    Run.objects.update(created_at=now - timedelta(seconds=90))
    run(Run.State.RUNNING, heartbeat_at=now - timedelta(seconds=30), claim=uuid4())
    run(Run.State.FAILED)
    state = queue_state()
    assert (state.queued, state.running, state.failed) == (1, 1, 1)
    assert 89 < state.oldest_queued_s < 100
    assert 29 < state.oldest_heartbeat_s < 40


def test_the_database_keeps_progress_a_share() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        run(progress=1.5)


def test_a_run_has_at_least_one_process() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        services.run_create(
            kind=Run.Kind.TRIAL, system="w", parameters={}, queue=True, processes=0
        )
