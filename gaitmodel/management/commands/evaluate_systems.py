"""Table 1: accuracy, macro F1 and per-class F1 of the systems on one split."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.core.scoring.scores import Scores
from gaitmodel.core.systems.registry import SYSTEMS, backbones_for
from gaitmodel.core.taxonomy import CLASSES
from gaitmodel.management.base import GaitCommand, progress_bar
from gaitmodel.runner import run_evaluation, workplace


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--systems", default=",".join(SYSTEMS))
        parser.add_argument(
            "--backbone",
            action="append",
            default=[],
            metavar="[KEY=]NAME|DIR|HUB_ID",
            help="for all systems that take one, or for one; may be repeated",
        )
        parser.add_argument("--split", default="test")
        parser.add_argument("--max-clips", type=int, default=0)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        systems = options["systems"].split(",")
        backbones = backbones_for(systems, options["backbone"])
        for key, name in backbones.items():
            workplace().open(key, name)
        with progress_bar("evaluating") as show:
            table = run_evaluation(
                backbones,
                options["split"],
                options["max_clips"],
                show,
            )
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(options["split"], table)))
        else:
            self.stdout.write(_as_text(options["split"], table))


def _as_json(split: str, table: dict[str, Scores]) -> dict[str, Any]:
    first = next(iter(table.values()))
    return {
        "split": split,
        "n": first.n,
        "n_subjects": first.n_subjects,
        "systems": {
            key: {
                "accuracy": scores.accuracy,
                "macro_f1": scores.macro_f1,
                "macro_f1_present": scores.macro_f1_present,
                "per_class_f1": scores.per_class_f1,
                "absent": list(scores.absent),
                "confusion": [list(row) for row in scores.confusion],
                "ci": {k: [v.lo, v.hi] for k, v in scores.ci.items()},
            }
            for key, scores in table.items()
        },
    }


def _as_text(split: str, table: dict[str, Scores]) -> str:
    """Table 1 in the paper's columns, percent, with 95 % intervals by subject."""
    first = next(iter(table.values()))
    head = f"{'Method':<28} {'Acc. (%)':>20} {'Macro F1':>20}"
    lines = [
        f"Split {split}: {first.n} clips of {first.n_subjects} subjects. In brackets: "
        "95 % interval, resampling subjects.",
        head + "".join(f" {c.short_name:>7}" for c in CLASSES),
    ]
    for key, scores in table.items():
        cells = "".join(
            f" {'-' if c.value in scores.absent else f'{100 * scores.per_class_f1[c.value]:.1f}':>7}"
            for c in CLASSES
        )
        lines.append(
            f"{SYSTEMS[key].title:<28} {_with_ci(scores, 'accuracy'):>20} "
            f"{_with_ci(scores, 'macro_f1'):>20}{cells}"
        )
    if first.absent:
        lines.append(
            "- : in neither truth nor prediction; counts 0 in the macro F1 over eight."
        )
    return "\n".join(lines)


def _with_ci(scores: Scores, name: str) -> str:
    value = getattr(scores, name)
    interval = scores.ci[name]
    return f"{100 * value:.1f} [{100 * interval.lo:.0f}, {100 * interval.hi:.0f}]"
