"""Compose a draft study: cases, seats, orders and letters from one secret seed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from annotations.core.protocol import TieRule, protocol_from
from annotations.management.base import StudyCommand, names_in
from annotations.services import study_create


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--systems", required=True, help="A,B,C: two to six keys")
        parser.add_argument("--raters", type=int, required=True)
        parser.add_argument("--label", default="", help="only clips of this class")
        parser.add_argument("--split", default="test")
        parser.add_argument("--clips", default="", help="these clips only: ID,ID,...")
        parser.add_argument(
            "--cases", type=int, help="how many cases, spread over the patients"
        )
        parser.add_argument(
            "--overlap", type=int, default=0, help="anchor cases that all raters read"
        )
        parser.add_argument(
            "--repeats", type=int, default=0, help="cases that a rater meets twice"
        )
        parser.add_argument("--target", default="", help="the plan's first system")
        parser.add_argument("--purpose", default="")
        parser.add_argument("--pilot", action="store_true")
        parser.add_argument("--tie-rule", default=TieRule.FORCED.value)
        parser.add_argument("--signatories", type=int, default=2)
        parser.add_argument(
            "--correctness", action="store_true", help="add the fifth criterion"
        )
        parser.add_argument("--confidence", action="store_true")
        parser.add_argument(
            "--guess", action="store_true", help="ask the guess question"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stored = {
            key: options[key]
            for key in ("tie_rule", "signatories", "correctness", "confidence", "guess")
        }
        study = study_create(
            name=options["name"],
            systems=names_in(options["systems"]),
            n_raters=options["raters"],
            clips=names_in(options["clips"]),
            label=options["label"],
            split=options["split"],
            n_cases=options["cases"],
            overlap=options["overlap"],
            repeats=options["repeats"],
            protocol=protocol_from(stored),
            target=options["target"],
            is_pilot=options["pilot"],
            purpose=options["purpose"],
        )
        self.stdout.write(
            f"study {study.name!r} ({study.pk}) is a draft: {study.cases.count()} cases, "
            f"{options['raters']} raters; next: open_study"
        )
