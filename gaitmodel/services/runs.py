"""Writes of Runs: queued, claimed by one worker at a time, taken over, ended once.

1. The table is the queue. A message in the broker says only "there is work": whoever
   gets one takes the waiting Run of the highest priority, so a lost or doubled message
   loses and doubles nothing.
2. A claim is a conditional update that draws a token. Everything written about a Run
   afterwards is conditional on that token: a worker that was taken for dead, and is
   not, can neither report nor finish.
3. A claim lasts ``RUN_LEASE_S`` after the last heartbeat, by the database's clock, so
   that the clocks of several hosts need not agree.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django_q.brokers import get_broker
from django_q.tasks import async_task
from redis.exceptions import RedisError

from gaitmodel.models import Run

HEARTBEAT_S = 3
CLUSTER = "gpu"
GONE = (OperationalError, InterfaceError)  # what a database that is away raises
log = logging.getLogger(__name__)


class Lease(Enum):
    """What a worker learns at a heartbeat."""

    HELD = "held"
    STOPPING = "stopping"  # a person has cancelled the Run
    LOST = "lost"  # another worker has it, or it is over


@transaction.atomic
def run_create(
    *,
    kind: str,
    system: str,
    parameters: Mapping[str, Any],
    queue: bool,
    priority: int = Run.Priority.NORMAL,
    processes: int = 1,
) -> Run:
    """Note a piece of work for a worker; or, without ``queue``, claimed by this process."""
    run = Run(
        kind=kind,
        system=system,
        parameters=dict(parameters),
        priority=priority,
        processes=processes,
    )
    run.full_clean()
    run.save()
    if queue:
        transaction.on_commit(partial(runs_wake, 1))
    else:
        _claim(run.pk, "this command")
        run.refresh_from_db()
    return run


def run_claim_next(*, worker: str, processes: int = 1) -> Run | None:
    """Take the waiting Run of the highest priority, oldest first; none if none waits.

    ``processes`` is how many this worker has devices for: a Run that wants more waits
    for another worker.
    """
    waiting = Run.objects.filter(
        state=Run.State.QUEUED, processes__lte=processes
    ).order_by("-priority", "created_at", "pk")
    while (first := waiting.first()) is not None:
        if _claim(first.pk, worker):
            first.refresh_from_db()
            return first
    return None


def _claim(run_id: UUID, worker: str) -> bool:
    queued = Run.objects.filter(pk=run_id, state=Run.State.QUEUED)
    return bool(
        queued.update(
            state=Run.State.RUNNING,
            claim=uuid.uuid4(),
            worker=worker[:120],
            started_at=Now(),
            heartbeat_at=Now(),
            attempts=F("attempts") + 1,
            progress=0.0,
            stage="",
            reason="",
            log_tail="",
            device_memory_mb=None,
        )
    )


def _held(run_id: UUID, claim: UUID | None) -> QuerySet[Run]:
    return Run.objects.filter(pk=run_id, state=Run.State.RUNNING, claim=claim)


def run_beat(*, run: Run, log_tail: str | None = None) -> Lease:
    """Show that its worker lives, and hear whether it is still this worker's.

    A database that is away for a while takes no Run from anybody.
    """
    shown = {} if log_tail is None else {"log_tail": log_tail}
    try:
        held = _held(run.pk, run.claim)
        if not held.update(heartbeat_at=Now(), **shown):
            return Lease.LOST
        stopping = held.filter(cancel_requested=True).exists()
    except GONE as error:
        log.warning("run %s: no heartbeat (%s)", run.pk, type(error).__name__)
        connection.close()
        return Lease.HELD
    return Lease.STOPPING if stopping else Lease.HELD


def run_progress(
    *, run: Run, progress: float, stage: str, device_memory_mb: int | None = None
) -> bool:
    """Note how far a Run is; false if it is no longer this worker's."""
    return bool(
        _held(run.pk, run.claim).update(
            progress=min(max(progress, 0.0), 1.0),
            stage=stage[:200],
            heartbeat_at=Now(),
            device_memory_mb=device_memory_mb,
        )
    )


def run_finish(*, run: Run, result: Mapping[str, Any]) -> bool:
    """Note that a Run is done; false if it is no longer this worker's."""
    return _end(run, Run.State.DONE, progress=1.0, result=dict(result))


def run_fail(*, run: Run, reason: str) -> bool:
    return _end(run, Run.State.FAILED, reason=reason)


def run_stop(*, run: Run) -> bool:
    """The worker has stopped a Run that someone cancelled."""
    return _end(run, Run.State.CANCELLED, reason="cancelled by a person")


def _end(run: Run, state: str, **values: Any) -> bool:
    ended = _held(run.pk, run.claim).update(state=state, finished_at=Now(), **values)
    if ended:
        log.info("run %s ended: %s", run.pk, state)
    return bool(ended)


def run_release(*, run: Run) -> bool:
    """Give a Run back to the queue: its worker is being stopped, and not by it."""
    back = _held(run.pk, run.claim).update(
        state=Run.State.QUEUED, claim=None, attempts=F("attempts") - 1
    )
    if back:
        runs_wake(1)
    return bool(back)


def run_lost(*, run: Run, reason: str) -> None:
    """Its process died without a word: queue it again, or give up after many deaths."""
    _requeue(_held(run.pk, run.claim), reason)


def _requeue(dead: QuerySet[Run], reason: str) -> int:
    """Queue what dead workers left, stop what was cancelled, give up what keeps dying."""
    dead.filter(cancel_requested=True).update(
        state=Run.State.CANCELLED, finished_at=Now(), reason="cancelled by a person"
    )
    dead.filter(attempts__gte=settings.RUN_MAX_ATTEMPTS).update(
        state=Run.State.FAILED,
        finished_at=Now(),
        reason=f"given up after {settings.RUN_MAX_ATTEMPTS} attempts: {reason}",
    )
    return dead.update(state=Run.State.QUEUED, claim=None, reason=reason)


def run_cancel(*, run_id: UUID) -> bool:
    """Ask for a stop: at once if still queued, else at the worker's next beat."""
    queued = Run.objects.filter(pk=run_id, state=Run.State.QUEUED).update(
        state=Run.State.CANCELLED, finished_at=Now(), reason="cancelled by a person"
    )
    running = Run.objects.filter(pk=run_id, state=Run.State.RUNNING).update(
        cancel_requested=True
    )
    return bool(queued or running)


def run_retry(*, run_id: UUID) -> bool:
    """Queue a failed or cancelled Run again; it goes on from its checkpoint."""
    over = Q(state=Run.State.FAILED) | Q(state=Run.State.CANCELLED)
    again = Run.objects.filter(over, pk=run_id).update(
        state=Run.State.QUEUED,
        claim=None,
        attempts=0,
        cancel_requested=False,
        finished_at=None,
        reason="",
    )
    if again:
        runs_wake(1)
    return bool(again)


def runs_recover() -> int:
    """Queue again what dead workers left behind: running, but without a heartbeat."""
    stale = Now() - timedelta(seconds=settings.RUN_LEASE_S)
    left = Run.objects.filter(state=Run.State.RUNNING, heartbeat_at__lt=stale)
    return _requeue(left, "its worker gave no sign of life")


def runs_wake(at_least: int = 0) -> None:
    """See that there are as many messages in the broker as Runs that wait.

    A broker that cannot be reached is no failure: the schedule looks each minute.
    """
    waiting = Run.objects.filter(state=Run.State.QUEUED).count()
    try:
        missing = waiting - get_broker(CLUSTER).queue_size()
        for _ in range(max(missing, at_least)):
            async_task("gaitmodel.tasks.run_next", cluster=CLUSTER, save=False)
    except RedisError as error:
        log.warning("the broker cannot be reached (%s); Runs wait", error)
