"""Lock an open study: answers can no longer be changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from annotations.management.base import StudyCommand, add_study_argument, study_named
from annotations.services import study_lock


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        add_study_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_lock(study=study_named(options["study"]))
        self.stdout.write(f"study {study.name!r} is locked; next: unblind_study")
