"""Prometheus metrics: latencies by view, the queue, the workers, the logs' heads.

Latencies are aggregated over gunicorn's processes (``PROMETHEUS_MULTIPROC_DIR``, set by
``deploy/gunicorn.conf.py``); everything else is read at each scrape.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone
from django_q.brokers import get_broker
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY
from redis.exceptions import RedisError

from annotations.selectors.heads import open_heads
from evalsite.watching.readiness import problems
from gaitmodel.selectors.runs import queue_state, worker_seen_at
from gaitmodel.services.runs import CLUSTER

REQUEST_SECONDS = Histogram(
    "biogait_request_seconds",
    "Time of requests by view, method and class of status.",
    ["view", "method", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class State:
    """The site's state as gauges, read at each scrape; what is down is left out."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _readiness()
        try:
            yield from _runs()
            yield from _heads()
        except DatabaseError:
            return
        try:
            waiting = get_broker(CLUSTER).queue_size()
        except (RedisError, DatabaseError):
            return
        yield GaugeMetricFamily(
            "biogait_broker_messages", "Messages in the broker for workers.", waiting
        )


def _readiness() -> Iterator[GaugeMetricFamily]:
    ready = GaugeMetricFamily(
        "biogait_ready", "1 if this part of the site works.", labels=["part"]
    )
    for part, problem in problems().items():
        ready.add_metric([part], 0.0 if problem else 1.0)
    yield ready


def _runs() -> Iterator[GaugeMetricFamily]:
    state = queue_state()
    runs = GaugeMetricFamily("biogait_runs", "Runs by state.", labels=["state"])
    for name in ("queued", "running", "failed"):
        runs.add_metric([name], getattr(state, name))
    yield runs
    yield GaugeMetricFamily(
        "biogait_run_waiting_seconds",
        "The longest wait in line.",
        state.oldest_queued_s,
    )
    yield GaugeMetricFamily(
        "biogait_run_heartbeat_age_seconds",
        "Age of the oldest heartbeat of a Run under way.",
        state.oldest_heartbeat_s,
    )
    if seen := worker_seen_at():
        yield GaugeMetricFamily(
            "biogait_worker_seen_age_seconds",
            "Since any worker gave a sign of life.",
            _age_s(seen),
        )


def _heads() -> Iterator[GaugeMetricFamily]:
    ages = GaugeMetricFamily(
        "biogait_chain_head_age_seconds",
        "Since the last event in an open study's log.",
        labels=["study"],
    )
    for study, at in open_heads():
        ages.add_metric([study], _age_s(at))
    yield ages


def _age_s(at: datetime) -> float:
    return max((timezone.now() - at).total_seconds(), 0.0)


def rendered() -> bytes:
    """Everything in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    state = CollectorRegistry()
    state.register(State())
    own = registry if os.environ.get("PROMETHEUS_MULTIPROC_DIR") else REGISTRY
    return generate_latest(own) + generate_latest(state)
