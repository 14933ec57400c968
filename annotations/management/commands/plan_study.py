"""Say how likely a planned study is to show a preference, tested as in its report."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from annotations.management.base import StudyCommand
from gaitmodel.management.base import count

NUMBERS = {
    "cases": (int, 52),
    "patients": (int, 6),
    "evaluators": (int, 4),
    "raters-per-case": (int, 1),
    "systems": (int, 3),
    "share": (float, 0.6),
    "icc-patient": (float, 0.10),
    "icc-evaluator": (float, 0.05),
    "alpha": (float, 0.05),
}


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        for name, (kind, default) in NUMBERS.items():
            parser.add_argument(f"--{name}", type=kind, default=default)
        parser.add_argument("--sims", type=int, default=2000, help="simulated studies")
        parser.add_argument("--seed", type=count, default=1)
        parser.add_argument(
            "--difference", type=float, help="difference of mean scores, in points"
        )
        parser.add_argument(
            "--sd",
            type=float,
            default=1.2,
            help="standard deviation of the differences",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        from annotations.core.errors import StudyError
        from annotations.core.planning.in_words import plan_text
        from annotations.core.planning.planned_design import Design
        from annotations.core.planning.power import likert_power, power

        names = [name.replace("-", "_") for name in NUMBERS]
        design = Design(**{name: options[name] for name in names})
        if options["sims"] < 100:
            raise StudyError(f"--sims is {options['sims']}; simulate at least 100")
        found = power(design, options["sims"], options["seed"])
        scores = None
        if options["difference"] is not None:
            scores = likert_power(
                options["difference"],
                options["sd"],
                design.cases,
                design.patients,
                design.icc_patient,
                design.alpha,
            )
        if options["json"]:
            whole = {"design": asdict(design), **asdict(found), "likert_power": scores}
            self.stdout.write(json.dumps(whole, allow_nan=False))
        else:
            self.stdout.write(plan_text(design, found, scores))
