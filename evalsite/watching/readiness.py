"""Whether the site can serve: database, schema, broker, media, keys; one word each."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django_q.brokers import get_broker
from redis.exceptions import RedisError

from evalsite.signing_in.accounts import SecondFactorAdapter
from gaitmodel import shelf


def problems() -> dict[str, str]:
    """Every part with what is wrong with it; empty if nothing is."""
    found = {}
    for name, check in CHECKS.items():
        try:
            found[name] = check()
        except DatabaseError:
            found[name] = "the database cannot be reached"
    return found


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} migrations are not applied: run migrate" if plan else ""


def _broker() -> str:
    try:
        get_broker("gpu").ping()
    except RedisError:
        return "the queue's broker cannot be reached"
    return ""


def _media() -> str:
    folder = Path(settings.CLIP_STORE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as file:
            file.write(b"0")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return f"the clip store cannot be written ({error.strerror})"
    return shelf.problem()


def _keys() -> str:
    """Check the key: a restored database with another one would lock every lead out."""
    factor = Authenticator.objects.filter(type=Authenticator.Type.TOTP).first()
    if factor is None:
        return ""
    try:
        SecondFactorAdapter().decrypt(factor.data["secret"])
    except InvalidToken:
        return "SECRET_KEY is not the one that encrypted the second factors"
    return ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "media": _media,
    "keys": _keys,
}
