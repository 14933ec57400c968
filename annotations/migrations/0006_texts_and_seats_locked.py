"""Let the database refuse to move a text, or a seat's rater, once a study is locked."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from annotations.migrations import _triggers


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _triggers.install(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("annotations", "0005_unforeseen_events")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
