"""Print Table 1: scores, intervals and comparisons of the systems on one split."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.core.errors import InputError
from gaitmodel.core.scoring.render import as_csv, as_latex, as_markdown, as_text
from gaitmodel.core.scoring.shortcut import ShortcutRow, read_rows
from gaitmodel.core.scoring.table_one import TableOne, table_json
from gaitmodel.core.systems.registry import backbones_for
from gaitmodel.management.base import (
    GaitCommand,
    count,
    progress_bar,
    writable_folder,
)
from gaitmodel.runner.evaluation import run_evaluation, systems_ready
from gaitmodel.runner.inputs import unready, workplace

FORMATS: dict[str, Callable[[TableOne], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "csv": as_csv,
    "latex": as_latex,
    "json": lambda table: json.dumps(table_json(table)),
}
FILES = {
    "table1.md": "markdown",
    "table1.csv": "csv",
    "table1.tex": "latex",
    "table1.json": "json",
}


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--systems",
            default="",
            metavar="KEY,KEY",
            help="default: all systems that are ready on this backbone",
        )
        parser.add_argument(
            "--backbone",
            action="append",
            default=[],
            metavar="[KEY=]NAME|DIR|HUB_ID",
            help="for all systems that need one, or for one system; may be repeated",
        )
        parser.add_argument("--split", default="test")
        parser.add_argument(
            "--target",
            default="",
            metavar="KEY",
            help="the system to compare with every other",
        )
        parser.add_argument("--max-clips", type=count, default=0)
        parser.add_argument(
            "--skip-failed", action="store_true", help="leave bad clips out, and say so"
        )
        parser.add_argument("--format", choices=list(FORMATS), default="text")
        parser.add_argument("--json", action="store_true", help="--format json")
        parser.add_argument(
            "--shortcut",
            type=Path,
            metavar="FOLDER",
            help="folder written by shortcut_test: adds its accuracies to the table",
        )
        parser.add_argument(
            "--out", type=Path, help="folder to write Markdown, CSV, LaTeX and JSON to"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["out"]:
            writable_folder(options["out"])
        backbones = self._backbones(options)
        target = options["target"] or next(iter(backbones))
        if target not in backbones:
            raise InputError(f"--target {target!r} is not among {', '.join(backbones)}")
        for key, name in backbones.items():
            workplace().open(key, name)
        shortcut = self._shortcut(options["shortcut"], backbones)
        left_out = unready([options["split"]], skip=options["skip_failed"])
        failed: dict[str, str] | None = {} if options["skip_failed"] else None
        with progress_bar("evaluating") as show:
            table = run_evaluation(
                backbones,
                options["split"],
                target,
                options["max_clips"],
                show,
                shortcut,
                failed,
            )
        for name, reason in {**left_out, **(failed or {})}.items():
            self.stderr.write(f"left out: {name}: {reason}")
        if options["out"]:
            _write(table, options["out"])
        self.stdout.write(
            FORMATS["json" if options["json"] else options["format"]](table)
        )

    def _shortcut(
        self, folder: Path | None, backbones: dict[str, str]
    ) -> dict[str, ShortcutRow]:
        """The rows of the systems evaluated; missing ones are reported."""
        if not folder:
            return {}
        found = {row.system: row for row in read_rows(folder)}
        for key, name in backbones.items():
            if key not in found:
                self.stderr.write(f"no shortcut test of {key} in {folder}")
            elif found[key].backbone != name:
                raise InputError(
                    f"the shortcut test of {key} in {folder} ran on backbone "
                    f"{found[key].backbone!r}, not on {name!r}"
                )
        walks = sorted({row.n for key, row in found.items() if key in backbones})
        if len(walks) > 1:
            raise InputError(
                f"the shortcut tests in {folder} are of {walks[0]} and {walks[-1]} "
                "walks: test these systems again, with one --subjects"
            )
        return found

    def _backbones(self, options: dict[str, Any]) -> dict[str, str]:
        if options["systems"]:
            return backbones_for(options["systems"].split(","), options["backbone"])
        ready, left_out = systems_ready(options["backbone"])
        for key, reason in left_out.items():
            self.stderr.write(f"left out: {key}: {reason}")
        if not ready:
            raise InputError(
                "no system is ready: run train_biogait, or name --systems and --backbone"
            )
        return ready


def _write(table: TableOne, folder: Path) -> None:
    for name, form in FILES.items():
        (folder / name).write_text(FORMATS[form](table))
