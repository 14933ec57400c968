"""Fill an open pilot study with rehearsal raters, so that its report can be read."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from annotations.core.errors import StudyError
from annotations.management.base import StudyCommand, add_study_argument, study_named
from gaitmodel.management.base import count

KINDS = ("indifferent", "preferring", "position", "careless")


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        add_study_argument(parser)
        parser.add_argument(
            "--kind", default="indifferent", help=f"one of {', '.join(KINDS)}"
        )
        parser.add_argument("--seed", type=count, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        from annotations.core.instrument.rehearsal import Kind
        from annotations.management.rehearsal import study_rehearse

        if options["kind"] not in KINDS:
            raise StudyError(
                f"kind {options['kind']!r} is not one of {', '.join(KINDS)}"
            )
        study = study_named(options["study"])
        done = study_rehearse(
            study=study, kind=Kind(options["kind"]), seed=options["seed"]
        )
        self.stdout.write(
            f"rehearsal raters answered {done} cases of {study.name!r}; next: "
            "lock_study"
        )
