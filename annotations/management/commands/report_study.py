"""Print and write the report of an unblinded study, or of anyone's ratings file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.core.errors import StudyError
from annotations.core.ratings_csv import read_ratings
from annotations.models import Study
from annotations.reports import (
    StudyReport,
    outputs_report,
    report_write,
    study_report,
)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", nargs="?", default="", help="the study's name")
        parser.add_argument("--ratings", type=Path, metavar="FILE.csv")
        parser.add_argument("--target", default="", metavar="SYSTEM")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--out", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._report(options)
        except StudyError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), allow_nan=False))
        else:
            self.stdout.write(report.as_markdown())
        if options["out"]:
            for path in report_write(report, options["out"]):
                self.stderr.write(f"wrote {path}")

    def _report(self, options: dict[str, Any]) -> StudyReport:
        if bool(options["study"]) == bool(options["ratings"]):
            raise StudyError("name a study, or give --ratings FILE.csv, not both")
        if options["ratings"]:
            found = read_ratings(options["ratings"])
            if found.ignored_columns:
                self.stderr.write(
                    f"ignored columns: {', '.join(found.ignored_columns)}"
                )
            return outputs_report(
                options["ratings"].name, found.outputs, options["target"]
            )
        study = Study.objects.filter(name=options["study"]).first()
        if study is None:
            raise StudyError(f"there is no study named {options['study']!r}")
        return study_report(study)
