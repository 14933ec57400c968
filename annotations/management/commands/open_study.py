"""Seal a draft study and open it for its raters."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from annotations.management.base import StudyCommand, add_study_argument, study_named
from annotations.services import study_open


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        add_study_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_open(study=study_named(options["study"]))
        self.stdout.write(f"study {study.name!r} is open; seal {study.seal.root}")
