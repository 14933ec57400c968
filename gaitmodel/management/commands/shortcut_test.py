"""Train systems on films whose scene tells the class, and swap the scenes at test time.

The numbers stay in ``OUT/shortcut.json``; ``evaluate_systems --shortcut OUT`` puts them
into Table 1.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from gaitmodel.core.config import FusionConfig, TrainConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.scoring.shortcut import ShortcutRow, write_rows
from gaitmodel.core.sources.synthetic_shortcut import plan_trap
from gaitmodel.core.systems.registry import backbones_for
from gaitmodel.core.training.shortcut import shortcut_test
from gaitmodel.management.base import GaitCommand, count, progress_bar
from gaitmodel.runner.inputs import workplace


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--systems", required=True, metavar="KEY,KEY")
        parser.add_argument(
            "--backbone", action="append", default=[], metavar="[KEY=]NAME|DIR|HUB_ID"
        )
        parser.add_argument(
            "--out", type=Path, required=True, help="folder for films and checkpoints"
        )
        parser.add_argument(
            "--subjects", type=int, default=6, help="number of subjects in each class"
        )
        parser.add_argument("--epochs", type=int, default=40)
        parser.add_argument("--lr", type=float, default=5e-4)
        parser.add_argument("--seed", type=count, default=0)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        subjects, folder = options["subjects"], options["out"]
        if subjects < 4:
            raise InputError(f"--subjects must be at least 4, not {subjects}")
        backbones = backbones_for(options["systems"].split(","), options["backbone"])
        place = replace(workplace(), checkpoints=folder / "checkpoints")
        with progress_bar("shortcut test") as show:
            rows = shortcut_test(
                backbones,
                plan_trap(options["seed"], subjects - 3, 1, 2),
                folder,
                place,
                TrainConfig(
                    epochs=options["epochs"],
                    learning_rate=options["lr"],
                    seed=options["seed"],
                ),
                FusionConfig(),
                timezone.now,
                show,
            )
        write_rows(folder, rows)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(row) for row in rows]))
        else:
            self.stdout.write(_as_text(rows))


def _as_text(rows: list[ShortcutRow]) -> str:
    width = max(len(row.title) for row in rows)
    lines = [f"{'Method':<{width}}  Acc. (%)  scenes swapped  difference"]
    for row in rows:
        lost = 100 * (row.swapped - row.as_trained)
        lines.append(
            f"{row.title:<{width}}  {100 * row.as_trained:8.1f}  "
            f"{100 * row.swapped:14.1f}  {lost:+10.1f}"
        )
    lines.append(
        f"{rows[0].n} synthetic walks of people not trained on, one subject each; room, "
        "clothes and camera side tell the class in training."
    )
    return "\n".join(lines)
