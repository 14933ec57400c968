"""Export an unblinded study: ratings, report, plan, seal, log, and offline checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from annotations.core.errors import StudyError
from annotations.management.base import StudyCommand, add_study_argument, study_named


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        add_study_argument(parser)
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        from annotations.export.bundle import study_export

        folder: Path = options["out"]
        study = study_named(options["study"])
        try:
            files = study_export(study, folder)
        except OSError as error:
            raise StudyError(f"nothing can be written to {folder}: {error}") from error
        self.stdout.write(
            f"{len(files)} files are in {folder}; check them with verify.py and "
            "reanalyse.py"
        )
