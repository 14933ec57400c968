"""What stands behind the site, made from its addresses: database, cache, queue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url

DAY_S = 24 * 3600


def database(url: str, folder: Path) -> dict[str, Any]:
    """The database that ``url`` names, or SQLite in ``folder``."""
    found: dict[str, Any] = dict(
        dj_database_url.parse(
            url or f"sqlite:///{folder / 'db.sqlite3'}",
            conn_max_age=60,
            conn_health_checks=True,
        )
    )
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # A score that was acknowledged must survive a crash: WAL, synced at each commit.
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    return found


def cache(redis_url: str) -> dict[str, Any]:
    """Redis, or the memory of each process."""
    if redis_url:
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": "biogait",
        }
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}


def queue(redis_url: str) -> dict[str, Any]:
    """django-q2: its broker, and the cluster ``gpu`` beside the default one.

    A message says only that there is work (``gaitmodel.run_services``), so one that is
    lost or delivered twice does no harm; ``retry`` exceeds ``timeout`` all the same,
    for a training may take two days.
    """
    broker = {"redis": redis_url} if redis_url else {"orm": "default", "poll": 1.0}
    return {
        "name": "default",
        "workers": 1,
        "timeout": 600,
        "retry": 700,
        "max_attempts": 1,
        "ack_failures": True,
        "catch_up": False,
        "label": "Queue",
        **broker,
        "ALT_CLUSTERS": {
            "gpu": {
                "workers": 1,
                "timeout": 2 * DAY_S,
                "retry": 2 * DAY_S + 3600,
                "max_attempts": 1,
                "ack_failures": True,
                "recycle": 500,
                "daemonize_workers": False,
            }
        },
    }
