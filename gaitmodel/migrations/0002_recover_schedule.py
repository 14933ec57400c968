"""Let the gpu cluster look each minute for Runs that a dead worker left behind."""

from django.db import migrations

NAME = "recover runs of dead workers"


def add_schedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name=NAME,
        defaults={
            "func": "gaitmodel.services.runs_recover",
            "schedule_type": "I",
            "minutes": 1,
            "repeats": -1,
            "cluster": "gpu",
        },
    )


def remove_schedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("gaitmodel", "0001_initial"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]

    operations = [migrations.RunPython(add_schedule, remove_schedule)]
