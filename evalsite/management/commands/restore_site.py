"""Restore a backup into an empty site: all of it or nothing; then verify every study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from annotations.core.errors import StateError
from annotations.management.base import StudyCommand
from annotations.models import Study
from annotations.services import study_verify


class Command(StudyCommand):
    help = __doc__
    # One of them reports an interrupted restore, which this command repairs.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--shelve",
            action="store_true",
            help="only put the restored clips into the bucket, if that failed before",
        )
        parser.add_argument(
            "--check", action="store_true", help="check the backup, write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from evalsite.recovery.restore import (
            backup_check,
            clips_shelved,
            is_older_schema,
            site_restore,
        )

        folder: Path = options["folder"]
        if options["shelve"]:
            clips_shelved()
            return
        if options["check"]:
            manifest = backup_check(folder)
            self.stdout.write(
                f"{folder}: made {manifest.made_at}, {len(manifest.files)} files whole, "
                f"{len(manifest.studies)} studies"
            )
            return
        try:
            manifest = site_restore(folder)
        except OSError as error:
            raise CommandError(
                f"nothing was restored, and nothing was left behind: {error}",
                returncode=1,
            ) from error
        self.stdout.write(f"restored the backup of {manifest.made_at}")
        if is_older_schema(manifest):
            self.stdout.write("its schema is older: run migrate, then verify_study")
            return
        self._verify()

    def _verify(self) -> None:
        """Seal, seed, films and log of every study that was ever opened."""
        for study in Study.objects.order_by("created_at"):
            try:
                verification = study_verify(study)
            except StateError:
                self.stdout.write(f"{study.name}: a draft, not sealed yet")
                continue
            if not verification.holds:
                lines = "\n".join(f"  {line}" for line in verification.breaks)
                raise CommandError(
                    f"study {study.name!r} differs from what was sealed:\n{lines}",
                    returncode=1,
                )
            self.stdout.write(f"{study.name}: holds, {verification.events} events")
