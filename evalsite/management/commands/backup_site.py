"""Back up database, media and keys of the running site into a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from annotations.management.base import StudyCommand


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, metavar="DIR", help="new or empty folder"
        )
        parser.add_argument(
            "--without-key",
            action="store_true",
            help="leave SECRET_KEY out: keep it elsewhere, nothing works without it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from evalsite.recovery.backup import site_backup

        folder: Path = options["folder"]
        try:
            manifest, own = site_backup(folder, with_key=not options["without_key"])
        except OSError as error:
            raise CommandError(
                f"no backup was made, and nothing was left behind: {error}",
                returncode=1,
            ) from error
        for note in manifest.notes:
            self.stderr.write(f"note: {note}")
        self.stdout.write(
            f"{folder}: {len(manifest.files)} files, {manifest.size:,} bytes, "
            f"{len(manifest.studies)} studies; manifest SHA-256 {own}"
        )
