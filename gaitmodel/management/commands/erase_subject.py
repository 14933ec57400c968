"""Erase a subject from the site: clips, films, poses, metrics, texts about them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.management.base import GaitCommand
from gaitmodel.services.erasing import subject_erase


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject", help="the subject's name in the source")

    def handle(self, *args: Any, **options: Any) -> None:
        clips = subject_erase(name=options["subject"])
        self.stdout.write(
            f"{len(clips)} clips erased ({', '.join(clips) or 'none'}), and the cache of "
            "features emptied"
        )
        self.stdout.write(
            "Not erased: the source's own files, backups, the logs of Runs, and what "
            "checkpoints learnt from these walks: see docs/data-protection.md"
        )
