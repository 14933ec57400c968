"""Fill every schema ever released with data and migrate it to the current one.

``python -m tests.schemas``, with the site's settings in the environment, prints one
line of JSON per schema. On SQLite the database is a file in the data folder; on
PostgreSQL each has a database beside the one that ``DATABASE_URL`` names.

A released schema is a state of our two apps' migrations: each of ``annotations`` with
what it needs of ``gaitmodel``; each of ``gaitmodel`` with the newest ``annotations``.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

OURS = ("gaitmodel", "annotations")
Node = tuple[str, str]


def schemas(executor: MigrationExecutor) -> list[list[Node]]:
    """Targets of each released schema, oldest first."""
    graph = executor.loader.graph
    found = []
    for app in OURS:
        for node in graph.forwards_plan(graph.leaf_nodes(app)[0]):
            if node[0] == app:
                found.append(_newest_beside(graph, node) if app == OURS[0] else [node])
    return found


def _newest_beside(graph: Any, node: Node) -> list[Node]:
    """``node`` with the newest migration of the other app compatible with its state."""
    other = OURS[1 - OURS.index(node[0])]
    theirs = [
        n for n in graph.forwards_plan(graph.leaf_nodes(other)[0]) if n[0] == other
    ]
    mine = {n for n in graph.forwards_plan(node) if n[0] == node[0]}
    fitting = [
        n
        for n in theirs
        if {m for m in graph.forwards_plan(n) if m[0] == node[0]} <= mine
    ]
    return [node, *fitting[-1:]]


class Databases:
    """Copies of one database that has every migration except ours."""

    def __init__(self) -> None:
        self.name = str(connection.settings_dict["NAME"])

    def make_base(self) -> None:
        executor = MigrationExecutor(connection)
        leaves = executor.loader.graph.leaf_nodes()
        executor.migrate([node for node in leaves if node[0] not in OURS])

    @contextmanager
    def copied(self, name: str) -> Iterator[None]:
        connection.close()
        if connection.vendor == "sqlite":
            path = Path(self.name).with_name(f"{name}.sqlite3")
            shutil.copy(self.name, path)
            connection.settings_dict["NAME"] = str(path)
            yield
            connection.close()
            path.unlink()
        else:
            self._on_server(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
            connection.settings_dict["NAME"] = name
            yield
            connection.close()
            self._on_server(f'DROP DATABASE "{name}"')
        connection.settings_dict["NAME"] = self.name

    def _on_server(self, sql: str) -> None:
        """Run SQL from another database, as the base may have no other connection."""
        connection.settings_dict["NAME"] = "template1"
        with connection.cursor() as cursor:
            cursor.execute(sql)
        connection.close()


def rows() -> dict[str, list[Any]]:
    """Every row of our tables, with the columns that they have now."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("annotations_", "gaitmodel_")):
                cursor.execute(f'SELECT * FROM "{table}"')
                columns = [column[0] for column in cursor.description]
                found[table] = [
                    {k: str(v) for k, v in zip(columns, row, strict=True)}
                    for row in cursor.fetchall()
                ]
    return found


def lost(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[str]:
    """Rows removed, added or changed, in the columns that existed before."""
    told = []
    for table, old in before.items():
        columns = old[0].keys() if old else ()
        then = sorted(json.dumps(row, sort_keys=True) for row in old)
        now = sorted(
            json.dumps({k: row.get(k) for k in columns}, sort_keys=True)
            for row in after.get(table, [])
        )
        if then != now and old:
            told.append(f"{table}: {len(then)} rows then, {len(now)} now, or changed")
    return told


def looked_at() -> dict[str, object]:
    """Whether the current code works with the migrated data."""
    from annotations.models import Rating, Study
    from annotations.selectors import assignment_for, blinded_case
    from annotations.services import rating_save, study_verify
    from tests.old_rows import LOCKED, OPEN

    triggers = import_module("annotations.migrations._triggers")
    found: dict[str, object] = {
        "missing_triggers": sorted(
            triggers.rule_names() - triggers.standing(connection)
        ),
        "breaks": [b for one in Study.objects.all() for b in study_verify(one).breaks],
    }
    empty = Rating.objects.filter(value__isnull=True).select_related(
        "slot__assignment__seat__rater", "criterion"
    )
    for name in Study.objects.values_list("name", flat=True):
        of = "slot__assignment__seat__study__name"
        cell = empty.filter(**{of: name}).first()
        case = cell.slot.assignment
        rater = case.seat.rater
        if name == OPEN:
            page = blinded_case(assignment_for(rater, case.pk))
            saved = rating_save(
                case_id=case.pk, letter=cell.slot.letter, value=5, version=0,
                criterion=cell.criterion.key, actor=rater,
            )  # fmt: skip
            found["open"] = [len(page.options), saved.version]
        if name == LOCKED:
            found["locked"] = _refuses(cell)
    found["verified_after"] = [
        b for one in Study.objects.all() for b in study_verify(one).breaks
    ]
    return found


def _refuses(cell: Any) -> str:
    try:
        with transaction.atomic():
            type(cell).objects.filter(pk=cell.pk).update(value=1)
    except DatabaseError as error:
        return str(error).splitlines()[0]
    return "the locked study took an answer"


def main() -> None:
    django.setup()
    from tests.old_rows import OldRows

    databases = Databases()
    databases.make_base()
    for number, targets in enumerate(schemas(MigrationExecutor(connection))):
        with databases.copied(f"schema{number}"):
            executor = MigrationExecutor(connection)
            executor.migrate(targets)
            OldRows(executor.loader.project_state(targets).apps).fill()
            before = rows()
            forward = MigrationExecutor(connection)
            forward.migrate(forward.loader.graph.leaf_nodes())
            found: dict[str, object] = {
                "schema": [".".join(node) for node in targets],
                "rows": sum(map(len, before.values())),
                "lost": lost(before, rows()),
            }
            found |= looked_at()
            sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
