"""A migration only adds, so that the old code can serve while it runs.

Old code does not know a new column, so its inserts leave it out: the database must have
a value for it. Whatever else is listed here, each with the reason why it could be.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

OURS = ("annotations", "gaitmodel")
ADDS = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.RemoveIndex,  # it holds no data: without it old code is slower, no more
    migrations.RunPython,
    migrations.AlterModelOptions,
)
# The site must be stopped for these: what they do, and since when nobody has to.
STOPPED = {
    ("annotations", "0003_raters_room"): "columns without a default in the database",
}
# Fields of which only the choices change, which the database does not know.
CHOICES_ALONE = {("gaitmodel", "0006_queue", "kind")}


def steps() -> Iterator[tuple[str, str, migrations.operations.base.Operation]]:
    for (app, name), one in MigrationLoader(None).disk_migrations.items():
        if app in OURS and not one.initial and (app, name) not in STOPPED:
            for operation in one.operations:
                changed = (app, name, getattr(operation, "name", ""))
                if changed not in CHOICES_ALONE:
                    yield app, name, operation


def only_adds(operation: migrations.operations.base.Operation) -> bool:
    """Whether the old code can go on beside it."""
    if isinstance(operation, migrations.AddField):
        field = operation.field
        has_value = field.null or field.db_default is not NOT_PROVIDED
        return has_value or isinstance(field, models.ManyToManyField)
    return isinstance(operation, ADDS)


@pytest.mark.parametrize(
    ("app", "name", "operation"),
    list(steps()),
    ids=lambda value: value if isinstance(value, str) else value.describe(),
)
def test_it_only_adds(
    app: str, name: str, operation: migrations.operations.base.Operation
) -> None:
    assert only_adds(operation), f"{app}.{name}: {operation.describe()}"


def test_every_exception_still_exists() -> None:
    assert set(STOPPED) <= set(MigrationLoader(None).disk_migrations)


@pytest.mark.parametrize(
    ("field", "is_fine"),
    [
        (models.IntegerField(null=True), True),
        (models.IntegerField(default=1, db_default=1), True),
        (models.IntegerField(default=1), False),
        (models.CharField(max_length=5, blank=True), False),
    ],
)
def test_a_column_that_old_code_cannot_fill_is_found(
    field: models.Field, is_fine: bool
) -> None:
    operation = migrations.AddField("run", "priority", field)
    assert only_adds(operation) is is_fine


def test_what_takes_away_or_changes_is_found() -> None:
    assert not only_adds(migrations.RemoveField("run", "stage"))
    assert not only_adds(migrations.DeleteModel("Run"))
    assert not only_adds(
        migrations.AlterField("run", "stage", models.CharField(max_length=5))
    )
