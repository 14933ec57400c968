"""Print and write the report of an unblinded study, or of anyone's ratings file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from annotations.core.errors import StudyError
from annotations.core.instrument.criteria import LIKERT
from annotations.management.base import StudyCommand, names_in, study_named
from annotations.reports import (
    StudyReport,
    outputs_report,
    report_write,
    study_report,
)
from annotations.selectors.unblinded import rating_counts


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "study", nargs="?", default="", help="name, id, or a file of ratings"
        )
        parser.add_argument("--ratings", type=Path, metavar="FILE.csv")
        parser.add_argument("--target", default="", metavar="SYSTEM")
        parser.add_argument(
            "--scale", type=int, default=5, metavar="POINTS", help="3 to 7; default 5"
        )
        parser.add_argument(
            "--criteria", default="", metavar="A,B", help="criteria columns of the file"
        )
        parser.add_argument(
            "--quick",
            action="store_true",
            help="only Table 2, counted in the database: for very large studies",
        )
        parser.add_argument(
            "--mixed", action="store_true", help="add the ordinal mixed model"
        )
        parser.add_argument(
            "--grim",
            metavar='"4.23 n=52"',
            help="check whether a printed mean is possible (GRIM)",
        )
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--out", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        named = options["study"]
        if named.endswith(".csv") and not options["ratings"]:
            options |= {"study": "", "ratings": Path(named)}
        if options["grim"]:
            return self._grim(options["grim"])
        if options["quick"]:
            return self._quick(options)
        report = self._report(options)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), allow_nan=False))
        else:
            self.stdout.write(report.as_markdown())
        if options["out"]:
            for path in _written(report, options["out"]):
                self.stderr.write(f"wrote {path}")
        return None

    def _quick(self, options: dict[str, Any]) -> None:
        from annotations.core.report.counted import counted_analysis, counted_table
        from annotations.core.report.report_json import plain
        from annotations.core.report.tables import markdown_table

        if not options["study"]:
            raise StudyError("--quick counts in the database: name a study")
        rows = rating_counts(study_named(options["study"]))
        found = counted_analysis(rows, LIKERT)
        if options["json"]:
            self.stdout.write(json.dumps(plain(found), allow_nan=False))
        else:
            table = counted_table(found)
            self.stdout.write(f"{markdown_table(table)}\n\n{table.note}")

    def _grim(self, claim: str) -> None:
        from annotations.core.statistics.grim import grim

        self.stdout.write(grim(claim).sentence)

    def _report(self, options: dict[str, Any]) -> StudyReport:
        if bool(options["study"]) == bool(options["ratings"]):
            raise StudyError("name a study, or give --ratings FILE.csv, not both")
        if not options["ratings"]:
            return study_report(
                study_named(options["study"]),
                target=options["target"],
                mixed=options["mixed"],
            )
        from annotations.core.ratings.ratings_csv import read_ratings

        if not 3 <= options["scale"] <= 7:
            raise StudyError(
                f"--scale is {options['scale']}; a scale has 3 to 7 points"
            )
        scale = tuple(range(1, options["scale"] + 1))
        file = options["ratings"]
        found = read_ratings(file, scale, names_in(options["criteria"]))
        self.stderr.write(f"criteria: {', '.join(found.criteria)}")
        if found.ignored_columns:
            self.stderr.write(f"ignored columns: {', '.join(found.ignored_columns)}")
        try:
            return outputs_report(
                file.name,
                found.outputs,
                options["target"],
                scale=scale,
                mixed=options["mixed"],
            )
        except StudyError as error:
            raise StudyError(f"{file.name}: {error}") from error


def _written(report: StudyReport, folder: Path) -> list[Path]:
    try:
        return report_write(report, folder)
    except OSError as error:
        raise StudyError(
            f"the report cannot be written to {folder}: {error}"
        ) from error
