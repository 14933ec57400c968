"""Writes of Runs: queued, claimed by one worker at a time, taken over, ended once.

1. The table is the queue. A broker message only says "there is work": the worker that
   gets one takes the waiting Run of the highest priority, so a lost or duplicate
   message loses or duplicates no Run.
2. A claim is a conditional update that draws a token. Every later write about the Run
   is conditional on that token: a worker wrongly taken for dead can neither report nor
   finish.
3. A claim lasts ``RUN_LEASE_S`` after the last heartbeat, by the database's clock, so
   the clocks of several hosts need not agree.
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
GONE = (OperationalError, InterfaceError)  # raised if the database is unreachable
log = logging.getLogger(__name__)


class Lease(Enum):
    """The state of a worker's claim, as learnt at a heartbeat."""

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
    """Create a Run for a worker or, without ``queue``, claim it for this process."""
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
    """Claim the waiting Run of the highest priority, oldest first; None if none waits.

    ``processes`` is the number of this worker's devices: a Run that needs more waits
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
    """Send a heartbeat and learn whether the Run is still this worker's.

    While the database is unreachable, the claim is taken to be held.
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
    """Record a Run's progress; false if it is no longer this worker's."""
    return bool(
        _held(run.pk, run.claim).update(
            progress=min(max(progress, 0.0), 1.0),
            stage=stage[:200],
            heartbeat_at=Now(),
            device_memory_mb=device_memory_mb,
        )
    )


def run_finish(*, run: Run, result: Mapping[str, Any]) -> bool:
    """Record that a Run is done; false if it is no longer this worker's."""
    return _end(run, Run.State.DONE, progress=1.0, result=dict(result))


def run_fail(*, run: Run, reason: str) -> bool:
    return _end(run, Run.State.FAILED, reason=reason)


def run_stop(*, run: Run) -> bool:
    """Record that the worker has stopped a cancelled Run."""
    return _end(run, Run.State.CANCELLED, reason="cancelled by a person")


def _end(run: Run, state: str, **values: Any) -> bool:
    ended = _held(run.pk, run.claim).update(state=state, finished_at=Now(), **values)
    if ended:
        log.info("run %s ended: %s", run.pk, state)
    return bool(ended)


def run_release(*, run: Run) -> bool:
    """Return a Run to the queue because its worker is being stopped from outside."""
    back = _held(run.pk, run.claim).update(
        state=Run.State.QUEUED, claim=None, attempts=F("attempts") - 1
    )
    if back:
        runs_wake(1)
    return bool(back)


def run_lost(*, run: Run, reason: str) -> None:
    """Requeue a Run whose process died silently, or give up after too many attempts."""
    _requeue(_held(run.pk, run.claim), reason)


def _requeue(dead: QuerySet[Run], reason: str) -> int:
    """Requeue dead workers' Runs; end those cancelled or out of attempts."""
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
    """Cancel a Run: at once if still queued, else at the worker's next heartbeat."""
    queued = Run.objects.filter(pk=run_id, state=Run.State.QUEUED).update(
        state=Run.State.CANCELLED, finished_at=Now(), reason="cancelled by a person"
    )
    running = Run.objects.filter(pk=run_id, state=Run.State.RUNNING).update(
        cancel_requested=True
    )
    return bool(queued or running)


def run_retry(*, run_id: UUID) -> bool:
    """Requeue a failed or cancelled Run; it resumes from its checkpoint."""
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
    """Requeue Runs of dead workers: running, but with an expired heartbeat."""
    stale = Now() - timedelta(seconds=settings.RUN_LEASE_S)
    left = Run.objects.filter(state=Run.State.RUNNING, heartbeat_at__lt=stale)
    return _requeue(left, "its worker gave no sign of life")


def runs_wake(at_least: int = 0) -> None:
    """Ensure that the broker has at least as many messages as there are waiting Runs.

    An unreachable broker is no failure: a schedule checks every minute.
    """
    waiting = Run.objects.filter(state=Run.State.QUEUED).count()
    try:
        missing = waiting - get_broker(CLUSTER).queue_size()
        for _ in range(max(missing, at_least)):
            async_task("gaitmodel.tasks.run_next", cluster=CLUSTER, save=False)
    except RedisError as error:
        log.warning("the broker cannot be reached (%s); Runs wait", error)
