"""Find BlazePose's weights in an installed wheel, without importing its code.

The files are Apache-2.0 (Google, MediaPipe). The heavy landmark model is not in the
wheel; its file may be named instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from gaitmodel.core.errors import WeightsError
from gaitmodel.core.store import file_sha256

_PACKAGE: Final = "mediapipe"
_DETECTION: Final = Path("modules/pose_detection/pose_detection.tflite")
_LANDMARKS: Final = Path("modules/pose_landmark/pose_landmark_full.tflite")
_KNOWN: Final = {
    _DETECTION.name: "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    _LANDMARKS.name: "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
}


@dataclass(frozen=True)
class BlazePoseFiles:
    """The person detector and the landmark model (full, or heavy if given)."""

    detection: Path
    landmarks: Path


def blazepose_files(landmarks: Path | None = None) -> BlazePoseFiles:
    """The files to run.

    Raises
    ------
    WeightsError
        If the package that contains them is not installed, or a file's digest is not
        the expected one.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise WeightsError(
            "the pose of a film needs BlazePose's weights: install "
            "requirements-weights.txt without its dependencies"
        )
    home = Path(spec.origin).parent
    found = BlazePoseFiles(home / _DETECTION, landmarks or home / _LANDMARKS)
    for path in (found.detection, found.landmarks):
        if not path.is_file():
            raise WeightsError(f"{path.name}: no such file of BlazePose")
        known = _KNOWN.get(path.name)
        if known is not None and file_sha256(path) != known:
            raise WeightsError(f"{path.name} is not the file that {_PACKAGE} published")
    return found
