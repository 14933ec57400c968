"""Copy a SQLite database in use consistently, and restore it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

from evalsite.recovery.facts import database_facts
from evalsite.recovery.manifest import (
    DATABASE,
    DatabaseFacts,
    RecoveryError,
)

FILE = f"{DATABASE}/site.sqlite3"


def dump(folder: Path) -> DatabaseFacts:
    """Copy the database by SQLite's online backup, despite concurrent writes.

    Raises
    ------
    OSError
        If the copy cannot be written (converts SQLite's own error for a full disk).
    """
    target = folder / FILE
    target.parent.mkdir()
    try:
        return _dumped(target)
    except sqlite3.OperationalError as error:
        raise OSError(f"{target.name}: {error}") from error


def _dumped(target: Path) -> DatabaseFacts:
    with (
        closing(sqlite3.connect(_path())) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one self-contained file
        check(copy)
        return facts(copy)


def _path() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def check(copy: sqlite3.Connection) -> None:
    """Refuse a file whose pages or references are broken."""
    found = [row[0] for row in copy.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise RecoveryError(f"the database is damaged: {' '.join(found[0].split())}")
    if row := copy.execute("PRAGMA foreign_key_check").fetchone():
        raise RecoveryError(
            f"the database is damaged: table {row[0]} refers to a row of {row[2]} "
            "that is not there"
        )


def facts(copy: sqlite3.Connection) -> DatabaseFacts:
    """The facts of the copy, not of the database in use."""
    cursor = copy.cursor()
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = [name for (name,) in cursor.fetchall()]
    return database_facts("sqlite", tables, cursor)


class Loader:
    """Replaces an empty database by a copy."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / FILE
        self.target = _path()
        self.staged = self.target.with_name(f"{self.target.name}.restoring")

    def is_target_empty(self) -> bool:
        if not self.target.exists():
            return True
        with closing(sqlite3.connect(self.target)) as there:
            return not there.execute("SELECT 1 FROM sqlite_master").fetchone()

    def prepare(self) -> None:
        """Copy it beside its place and check that it is intact."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.source, self.staged)
        with self.staged.open("rb") as file:
            os.fsync(file.fileno())
        with closing(sqlite3.connect(self.staged)) as copy:
            check(copy)

    def load(self) -> None:
        """One rename: before it there is no database, after it the complete one."""
        connection.close()
        for suffix in ("-wal", "-shm"):
            Path(f"{self.target}{suffix}").unlink(missing_ok=True)
        self.staged.replace(self.target)

    def clean(self) -> None:
        self.staged.unlink(missing_ok=True)
