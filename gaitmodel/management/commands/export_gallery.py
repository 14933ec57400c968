"""Write clips, predictions and rationales as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.template.loader import render_to_string

from gaitmodel.core.errors import InputError
from gaitmodel.core.media.strip import film_strip
from gaitmodel.core.taxonomy import gait_class
from gaitmodel.management.base import GaitCommand, count, writable_folder
from gaitmodel.selectors import clip_shown_video, exhibits


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--system", default="", metavar="KEY")
        parser.add_argument("--label", default="")
        parser.add_argument("--limit", type=count, default=24)

    def handle(self, *args: Any, **options: Any) -> None:
        writable_folder(options["file"].parent)
        label = gait_class(options["label"]).value if options["label"] else ""
        shown = exhibits(system=options["system"], label=label, limit=options["limit"])
        if not shown:
            asked = [("system", options["system"]), ("label", label)]
            of = "".join(f" of {name} {value!r}" for name, value in asked if value)
            raise InputError(
                f"no rationale{of} has been written yet: run generate_rationales"
            )
        pages = [
            (base64.b64encode(film_strip(clip_shown_video(one.clip))).decode(), one)
            for one in shown
        ]
        options["file"].write_text(
            render_to_string("gaitmodel/gallery_file.html", {"pages": pages})
        )
        self.stdout.write(f"{len(pages)} rationales written to {options['file']}")
