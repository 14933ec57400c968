"""Let the database refuse what no code may do: see ``_triggers``."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from annotations.migrations import _triggers


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.install(schema_editor)


def remove(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.remove(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("annotations", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
