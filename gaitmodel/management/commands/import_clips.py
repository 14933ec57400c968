"""Import clips from a source: subjects, labels, files and split."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import IntegrityError

from gaitmodel import selectors, services
from gaitmodel.core.errors import TransientError
from gaitmodel.core.sources.local_files import SourceOptions
from gaitmodel.core.sources.read import SOURCES, read_source
from gaitmodel.core.taxonomy import gait_class
from gaitmodel.management.base import GaitCommand


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--source", choices=sorted(SOURCES), default="manifest")
        parser.add_argument(
            "--test-share",
            type=float,
            default=0.2,
            help="share of the subjects held out when the source names no split",
        )
        parser.add_argument(
            "--seed", type=int, default=42, help="random seed of that split"
        )
        parser.add_argument("--videos", type=Path, help="folder of the source's films")
        parser.add_argument("--poses", type=Path, help="folder of its pose files")
        parser.add_argument(
            "--label", help="class of the clips, if the source names none"
        )
        parser.add_argument(
            "--fps", type=float, help="frames per second, if pose files do not store it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = read_source(
            options["source"],
            options["path"],
            options["test_share"],
            options["seed"],
            SourceOptions(
                videos=options["videos"],
                poses=options["poses"],
                label=gait_class(options["label"]) if options["label"] else None,
                fps=options["fps"],
            ),
            known=selectors.splits_known(),
        )
        if found.ignored_columns:
            self.stderr.write(f"ignored columns: {', '.join(found.ignored_columns)}")
        try:
            summary = services.clips_import(refs=found.clips)
        except IntegrityError as error:
            raise TransientError(
                "another import took in some of these clips or subjects meanwhile; "
                "nothing of this one was written: run it again"
            ) from error
        self.stdout.write(
            f"{summary.created} clips imported, {summary.updated} updated, "
            f"{summary.unchanged} unchanged, of {summary.subjects} subjects"
        )
        for note in filter(None, (found.note, found.split_note)):
            self.stdout.write(note)
