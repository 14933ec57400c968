"""Print events and metrics of one pose file or film, as a clinician's page or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.codec import features_to_json
from gaitmodel.core.features.measure import measure
from gaitmodel.core.features.page import clinician_page
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.media.probe import probe
from gaitmodel.core.pose.blazepose import estimate_pose
from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.records import PoseSequence
from gaitmodel.core.sources.local_files import VIDEO_SUFFIXES
from gaitmodel.management.base import GaitCommand


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--fps", type=float, help="frames per second, if the file does not store it"
        )
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--landmarks", type=Path, help="another BlazePose landmark model (.tflite)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix.lower() in VIDEO_SUFFIXES:
            pose = _film_pose(path, options["fps"], options["landmarks"])
        else:
            pose = read_pose(path, options["fps"])
        features = measure(pose)
        if options["json"]:
            self.stdout.write(json.dumps(features_to_json(features), allow_nan=False))
        else:
            self.stdout.write(clinician_page(path.name, features))


def _film_pose(path: Path, fps: float | None, landmarks: Path | None) -> PoseSequence:
    """The walker's pose in a film, at the film's own frame rate."""
    film = probe(path)
    if fps is not None and abs(fps - film.fps) > 0.5:
        raise InputError(f"{path.name} runs at {film.fps:g} fps, not at {fps:g}")
    return estimate_pose(every_frame(path), film.fps, landmarks).pose
