"""Compare a study with its seal, its seed and its log, and say where it differs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from annotations.management.base import StudyCommand, add_study_argument, study_named
from annotations.services import study_verify


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        add_study_argument(parser)
        parser.add_argument("--root", help="root published before the study opened")
        parser.add_argument(
            "--head", help="head of the log as it was noted at some time"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_named(options["study"])
        verification = study_verify(study)
        breaks = list(verification.breaks)
        root, head = options["root"], options["head"]
        if root not in (None, verification.root):
            breaks.append(f"seal: its root is not {root}")
        if head is not None and not study.events.filter(hash=head).exists():
            breaks.append(f"log: it never had the head {head}")
        if breaks:
            lines = "\n".join(f"  {line}" for line in breaks)
            raise CommandError(
                f"study {study.name!r} differs from what was sealed:\n{lines}",
                returncode=1,
            )
        self.stdout.write(
            f"study {study.name!r} holds: {verification.items} sealed items and "
            f"{verification.events} events are untouched, and every answer is what the "
            f"log says; seal {verification.root}, log {verification.head}"
        )
