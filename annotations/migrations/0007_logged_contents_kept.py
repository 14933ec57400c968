"""Let the database refuse to change what was logged, or to erase it after the lock."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from annotations.migrations import _triggers


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.install(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("annotations", "0006_texts_and_seats_locked")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
