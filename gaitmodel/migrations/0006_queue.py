"""Runs learn priorities, claims and where they run; the schedule calls by its new name."""

import django.core.validators
from django.db import migrations, models

NAME = "recover runs of dead workers"


def look_for_runs(apps, schema_editor):
    schedules = apps.get_model("django_q", "Schedule").objects.filter(name=NAME)
    schedules.update(func="gaitmodel.tasks.run_next")


def look_as_before(apps, schema_editor):
    schedules = apps.get_model("django_q", "Schedule").objects.filter(name=NAME)
    schedules.update(func="gaitmodel.services.runs_recover")


class Migration(migrations.Migration):
    dependencies = [("gaitmodel", "0005_film_reviews_and_walkways")]

    operations = [
        migrations.AddField(
            "run", "claim", models.UUIDField(blank=True, editable=False, null=True)
        ),
        migrations.AddField(
            "run",
            "device_memory_mb",
            models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            "run", "log_tail", models.TextField(blank=True, db_default="")
        ),
        migrations.AddField(
            "run",
            "priority",
            models.SmallIntegerField(
                choices=[(-10, "low"), (0, "normal"), (10, "high")],
                db_default=0,
                default=0,
            ),
        ),
        migrations.AddField(
            "run",
            "processes",
            models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                validators=[django.core.validators.MinValueValidator(1)],
            ),
        ),
        migrations.AddField(
            "run",
            "worker",
            models.CharField(blank=True, db_default="", max_length=120),
        ),
        migrations.AlterField(
            "run",
            "kind",
            models.CharField(
                choices=[
                    ("train", "training"),
                    ("generate", "rationale generation"),
                    ("trial", "trial of a worker"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            "run",
            models.Index(
                fields=["state", "-priority", "created_at"], name="run_waiting_first"
            ),
        ),
        migrations.RunPython(look_for_runs, look_as_before),
    ]
