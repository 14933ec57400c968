"""Settings of the backing services from their URLs: database, cache, files, queue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

DAY_S = 24 * 3600
# PostgreSQL's default, 4, is for spinning disks: with it, a site of 20,000 cases
# scanned all of them for one study's few, despite an index.
NO_SEEKS = "-c random_page_cost=1.1"


def database(url: str, folder: Path) -> dict[str, Any]:
    """The database that ``url`` names, or SQLite in ``folder``."""
    try:
        parsed = dj_database_url.parse(
            url or f"sqlite:///{folder / 'db.sqlite3'}",
            conn_max_age=60,
            conn_health_checks=True,
        )
    except ValueError as error:
        raise ImproperlyConfigured(
            "DATABASE_URL must be postgres://user:password@host/name or "
            "sqlite:///path; its scheme is not known"
        ) from error
    found: dict[str, Any] = dict(parsed)
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # An acknowledged score must survive a crash: WAL, synced at each commit.
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    elif found["ENGINE"] == "django.db.backends.postgresql":
        found["OPTIONS"] = {"options": NO_SEEKS, **found.get("OPTIONS", {})}
    return found


def cache(redis_url: str) -> dict[str, Any]:
    """Redis, or each process's memory."""
    if redis_url:
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": "biogait",
        }
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}


def clips(
    kind: str,
    folder: Path,
    bucket: str,
    endpoint: str,
    region: str,
    keys: tuple[str, str],
) -> dict[str, Any]:
    """Where the clips' files are kept: a folder, or a private bucket."""
    if kind == "local":
        options: dict[str, Any] = {"location": folder}
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": options,
        }
    access, secret = keys
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        "access_key": access or None,
        "secret_key": secret or None,
        "addressing_style": "path" if endpoint else None,
        "signature_version": "s3v4",
        "querystring_auth": True,
        "default_acl": None,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def mail_backend(host: str) -> str:
    """SMTP if a server is named, else the console."""
    return f"django.core.mail.backends.{'smtp' if host else 'console'}.EmailBackend"


def queue(redis_url: str) -> dict[str, Any]:
    """django-q2: its broker; the default cluster makes films, ``gpu`` does Runs.

    A message says only that there is work (``gaitmodel.services.runs``), so a lost or
    duplicate one does no harm; ``retry`` still exceeds ``timeout``, as a training may
    take two days.
    """
    broker = {"redis": redis_url} if redis_url else {"orm": "default", "poll": 1.0}
    return {
        "name": "default",
        "workers": 1,
        "timeout": 3600,
        "retry": 3700,
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
