"""Import a gait mat's parameters (GAITRite-style CSV) and print the agreement."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.bland_altman import Agreement, agreement
from gaitmodel.core.features.bland_altman_plot import bland_altman_svg
from gaitmodel.core.features.norms import name_and_unit
from gaitmodel.core.sources.walkway import read_walkway
from gaitmodel.management.base import GaitCommand
from gaitmodel.selectors import walkway_pairs
from gaitmodel.services import films


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help="CSV of a walkway to import"
        )
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--out", type=Path, help="folder to write the plots (SVG) to"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"]:
            read = read_walkway(options["file"])
            count = films.walkway_import(
                trials=read.trials, source=options["file"].name
            )
            if read.ignored:
                self.stderr.write(f"columns ignored: {', '.join(read.ignored)}")
            self.stderr.write(f"{count} walks of the mat imported")
        pairs = walkway_pairs()
        if not pairs:
            raise InputError(
                "no walk was measured by both: import a mat's CSV, then prepare_clips"
            )
        found = {key: agreement(of) for key, of in pairs.items()}
        if options["out"]:
            options["out"].mkdir(parents=True, exist_ok=True)
            for key, of in pairs.items():
                svg = bland_altman_svg(*name_and_unit(key), of, found[key])
                (options["out"] / f"{key}.svg").write_text(svg)
        if options["json"]:
            self.stdout.write(json.dumps({k: asdict(v) for k, v in found.items()}))
        else:
            self.stdout.write("\n".join(_table(found)))


def _table(found: dict[str, Agreement]) -> list[str]:
    lines = [
        "Film minus mat: bias (95 % interval) and 95 % limits of agreement",
        f"{'':<28}{'walks':>6}{'subjects':>9}{'bias':>24}{'limits':>22}",
    ]
    for key, one in found.items():
        name, unit = name_and_unit(key)
        start = f"{f'{name} ({unit})':<28}{one.n:>6}{one.subjects:>9}"
        if one.bias is None or one.bias_ci is None:
            lines.append(f"{start}  {one.reason}")
            continue
        bias = f"{one.bias:.3g} ({one.bias_ci[0]:.3g} to {one.bias_ci[1]:.3g})"
        limits = f"{one.lower:.3g} to {one.upper:.3g}"
        lines.append(f"{start}{bias:>24}{limits:>22}")
    return lines
