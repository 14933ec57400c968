"""Reads of Runs: the queue in the order in which workers take it, and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.utils import timezone
from django_q.models import Task

from gaitmodel.models import Run


def runs_waiting() -> QuerySet[Run]:
    """Runs waiting for a worker, next first."""
    return Run.objects.filter(state=Run.State.QUEUED).order_by(
        "-priority", "created_at", "pk"
    )


def runs_shown(limit: int = 50) -> list[Run]:
    """Active Runs, then waiting ones with their place in the queue, then ended ones."""
    running = list(Run.objects.filter(state=Run.State.RUNNING).order_by("started_at"))
    waiting = list(runs_waiting()[:limit])
    for place, run in enumerate(waiting, start=1):
        run.place = place  # type: ignore[attr-defined]
    over = Run.objects.exclude(state__in=(Run.State.RUNNING, Run.State.QUEUED))
    return [
        *running,
        *waiting,
        *over.order_by(F("finished_at").desc(nulls_last=True))[:limit],
    ]


@dataclass(frozen=True)
class QueueState:
    """The state of the queue; ages in seconds, 0 where there is none."""

    queued: int
    running: int
    failed: int
    oldest_queued_s: float
    oldest_heartbeat_s: float


def queue_state() -> QueueState:
    """Counts by state, the longest wait, and the oldest heartbeat of a running Run."""
    now = timezone.now()
    queued, running = Q(state=Run.State.QUEUED), Q(state=Run.State.RUNNING)
    row = Run.objects.aggregate(
        queued=Count("pk", filter=queued),
        running=Count("pk", filter=running),
        failed=Count("pk", filter=Q(state=Run.State.FAILED)),
        waiting_since=Min("created_at", filter=queued),
        beaten_at=Min("heartbeat_at", filter=running),
    )

    def age_s(name: str) -> float:
        age = now - row[name] if row[name] else timedelta()
        return max(age.total_seconds(), 0.0)

    return QueueState(
        row["queued"],
        row["running"],
        row["failed"],
        age_s("waiting_since"),
        age_s("beaten_at"),
    )


def worker_seen_at() -> datetime | None:
    """When any worker last showed life: by a heartbeat, or by polling the queue."""
    beat = Run.objects.aggregate(last=Max("heartbeat_at"))["last"]
    looked = (
        Task.objects.filter(func="gaitmodel.tasks.run_next")
        .order_by("-stopped")
        .first()
    )
    seen = [at for at in (beat, looked and looked.stopped) if at]
    return max(seen) if seen else None
