"""What a database states about itself: schema, log heads, films; from any cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from evalsite.recovery.manifest import (
    DatabaseFacts,
    RecoveryError,
    StudyHead,
)


class Cursor(Protocol):
    """The part of a database cursor's interface that is needed here."""

    def execute(self, sql: str, /) -> Any: ...
    def fetchall(self) -> Sequence[Sequence[Any]]: ...


def database_facts(engine: str, tables: Sequence[str], cursor: Cursor) -> DatabaseFacts:
    """Read them in the cursor's transaction.

    Raises
    ------
    RecoveryError
        If the database has not been migrated.
    """
    if "annotations_study" not in tables:
        raise RecoveryError(
            "the database has no studies' tables: run manage.py migrate"
        )

    def rows(sql: str) -> Sequence[Sequence[Any]]:
        cursor.execute(sql)
        return cursor.fetchall()

    return DatabaseFacts(
        engine=engine,
        migrations=tuple(
            (app, name)
            for app, name in rows(
                "SELECT app, name FROM django_migrations ORDER BY app, name"
            )
        ),
        studies=tuple(
            StudyHead(str(UUID(str(study))), count, head)
            for study, count, head in rows(
                "SELECT id, event_count, event_head FROM annotations_study ORDER BY id"
            )
        ),
        films=tuple(
            (film, sha256)
            for film, sha256 in rows(
                "SELECT DISTINCT film, film_sha256 FROM annotations_case"
            )
        ),
    )
