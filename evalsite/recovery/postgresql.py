"""Dump a PostgreSQL database in use consistently, and restore it.

``pg_dump`` reads the same snapshot from which schema and log heads are read, so the
manifest matches the dump despite concurrent writes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection, transaction

from evalsite.recovery.facts import database_facts
from evalsite.recovery.manifest import (
    DATABASE,
    DatabaseFacts,
    RecoveryError,
)

FILE = f"{DATABASE}/site.dump"
_SETTINGS = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER",
             "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}  # fmt: skip
_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
}


def client_environment() -> dict[str, str]:
    """Environment for PostgreSQL's programs, so that no secret is on a command line."""
    known = connection.settings_dict
    options = known.get("OPTIONS", {})
    found = {name: str(known[key]) for key, name in _SETTINGS.items() if known.get(key)}
    found |= {
        name: str(options[key]) for key, name in _OPTIONS.items() if key in options
    }
    return os.environ | found


def _run(program: str, *arguments: str) -> None:
    if not shutil.which(program):
        raise RecoveryError(
            f"{program} was not found: install PostgreSQL's client programs of the "
            "server's version or newer"
        )
    done = subprocess.run(
        [program, "--no-password", *arguments],
        env=client_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it gave no reason"]
        raise RecoveryError(f"{program} failed: {said[-1]}")


def dump(folder: Path) -> DatabaseFacts:
    """Dump one snapshot despite concurrent writes."""
    target = folder / FILE
    target.parent.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        tables = connection.introspection.table_names(cursor)
        found = database_facts("postgresql", tables, cursor)
        _run(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
            f"--snapshot={snapshot}", f"--file={target}",
        )  # fmt: skip
    return found


class Loader:
    """Fills an empty database in one transaction."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / FILE

    def is_target_empty(self) -> bool:
        return not connection.introspection.table_names()

    def prepare(self) -> None:
        """Check that the archive's table of contents can be read."""
        _run("pg_restore", "--list", str(self.source))

    def load(self) -> None:
        """Load everything or, at the first error, nothing."""
        name = str(connection.settings_dict["NAME"])
        connection.close()
        _run(
            "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner",
            "--no-privileges", f"--dbname={name}", str(self.source),
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def clean(self) -> None:
        """Nothing to clean up: the transaction was rolled back."""
