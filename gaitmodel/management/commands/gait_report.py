"""Events and metrics of one pose file, as a clinician's page or as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.codec import features_to_json
from gaitmodel.core.features.measure import measure
from gaitmodel.core.features.page import clinician_page
from gaitmodel.core.pose.load import read_pose
from gaitmodel.management.base import GaitCommand

VIDEOS = frozenset({".mp4", ".mov", ".avi", ".mkv", ".webm"})


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--fps", type=float, help="where the file stores no rate")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix.lower() in VIDEOS:
            raise InputError(
                f"{path.name} is a film: estimate its pose first, then name the pose file"
            )
        features = measure(read_pose(path, options["fps"]))
        if options["json"]:
            self.stdout.write(json.dumps(features_to_json(features), allow_nan=False))
        else:
            self.stdout.write(clinician_page(path.name, features))
