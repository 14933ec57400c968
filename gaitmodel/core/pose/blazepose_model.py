"""BlazePose's two networks on one image: find people, then 33 landmarks of each.

Reference: Bazarevsky et al., BlazePose, arXiv:2006.10204, 2020; the anchors and the
region's geometry are those of the published model's graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from gaitmodel.core.pose.blazepose_files import BlazePoseFiles
from gaitmodel.core.records import ByteArray, FloatArray

LANDMARKS: Final = 33
_DETECTION_PX: Final = 224
_LANDMARK_PX: Final = 256
_GRIDS: Final = ((28, 2), (14, 2), (7, 6))
"""Cells per side of each anchor layer, and anchors per cell: 2,254 in all."""

_CANDIDATE: Final = 0.2
"""Least score of a detection: the landmark network decides."""

_PERSON: Final = 0.5
"""Least score of a person inside a region."""

_MARGIN: Final = 1.25


@dataclass(frozen=True)
class Region:
    """A rotated square in the image: centre (x, y), side and rotation (radians)."""

    x: float
    y: float
    side: float
    turn: float

    def axes(self) -> FloatArray:
        """Columns: the square's right and down in the image; (2, 2)."""
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        return np.array([[cos, -sin], [sin, cos]])


@dataclass(frozen=True)
class Person:
    """One person in one image.

    ``image`` (33, 2) pixels, ``world`` (33, 3) metres around the hips (x right, y down,
    z away from the camera), ``seen`` (33,) the probability that a landmark is visible.
    """

    image: FloatArray
    world: FloatArray
    seen: FloatArray
    score: float
    next_region: Region


def region_between(centre: FloatArray, rim: FloatArray) -> Region:
    """The square around a person from the mid-hip and the point on its circle."""
    dx, dy = float(rim[0] - centre[0]), float(rim[1] - centre[1])
    side = 2 * _MARGIN * float(np.hypot(dx, dy))
    return Region(float(centre[0]), float(centre[1]), side, float(np.arctan2(dx, -dy)))


class BlazePose:
    """Both networks, loaded once; not thread-safe.

    One thread each: more gain little on networks this small, and contend for cores
    when several films are prepared at once.
    """

    def __init__(self, files: BlazePoseFiles, threads: int = 1) -> None:
        self._detector = _loaded(files.detection.read_bytes(), threads)
        self._landmarker = _loaded(files.landmarks.read_bytes(), threads)
        self._anchors = _anchors()

    def people(self, rgb: ByteArray) -> list[Region]:
        """Regions of the people in an image (H, W, 3), best first."""
        height, width = rgb.shape[:2]
        found: list[tuple[float, Region]] = []
        for left in _tiles(width, height):
            tile = rgb[:, left : left + height] if width > height else rgb
            found += self._people_in(tile, left)
        kept: list[Region] = []
        for _, region in sorted(found, key=lambda one: -one[0]):
            if all(not same_person(region, other) for other in kept):
                kept.append(region)
        return kept

    def _people_in(self, rgb: ByteArray, left: int) -> list[tuple[float, Region]]:
        height, width = rgb.shape[:2]
        longest = max(height, width)
        square = np.zeros((longest, longest, 3), np.uint8)
        square[:height, :width] = rgb
        image = cv2.resize(square, (_DETECTION_PX, _DETECTION_PX)).astype(np.float32)
        outputs = _run(self._detector, image / 127.5 - 1.0)
        boxes = next(o for o in outputs if o.shape[-1] == 12).reshape(-1, 12)
        raw = next(o for o in outputs if o.shape[-1] == 1).reshape(-1)
        scores = _sigmoid(raw)
        found = []
        for index in np.flatnonzero(scores > _CANDIDATE):
            points = boxes[index, 4:].reshape(4, 2) / _DETECTION_PX
            points = (points + self._anchors[index]) * longest + (left, 0)
            found.append((float(scores[index]), region_between(points[0], points[1])))
        return found

    def landmarks(self, rgb: ByteArray, region: Region) -> Person | None:
        """The person inside a region, or ``None``."""
        axes = region.axes() * region.side / _LANDMARK_PX
        corner = np.array([region.x, region.y]) - axes @ np.full(2, _LANDMARK_PX / 2)
        placed = np.column_stack([axes, corner])
        crop = cv2.warpAffine(
            rgb,
            placed,
            (_LANDMARK_PX, _LANDMARK_PX),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        outputs = _run(self._landmarker, crop.astype(np.float32) / 255.0)
        by_size = {output.size: output.reshape(-1) for output in outputs}
        score = float(by_size[1][0])
        if score < _PERSON:
            return None
        points = by_size[195].reshape(39, 5).astype(float)
        image = points[:, :2] @ axes.T + corner
        world = by_size[117].reshape(39, 3)[:LANDMARKS].astype(float)
        world[:, :2] = world[:, :2] @ region.axes().T
        return Person(
            image=image[:LANDMARKS],
            world=world,
            seen=_sigmoid(points[:LANDMARKS, 3]),
            score=score,
            next_region=region_between(image[33], image[34]),
        )


def same_person(one: Region, other: Region) -> bool:
    """Whether two regions are around the same person."""
    apart = np.hypot(one.x - other.x, one.y - other.y)
    return bool(apart < 0.15 * max(one.side, other.side))


def _loaded(model: bytes, threads: int) -> Interpreter:
    interpreter = Interpreter(model_content=model, num_threads=threads)
    interpreter.allocate_tensors()
    return interpreter


def _run(interpreter: Interpreter, image: FloatArray) -> list[FloatArray]:
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None])
    interpreter.invoke()
    return [
        interpreter.get_tensor(output["index"])
        for output in interpreter.get_output_details()
    ]


def _sigmoid(values: FloatArray) -> FloatArray:
    squashed: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(values, -80.0, 80.0)))
    return squashed


def _anchors() -> FloatArray:
    """(2254, 2) centres of the detector's anchors, as shares of its input."""
    layers = []
    for cells, each in _GRIDS:
        middles = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(middles, middles)
        layers.append(np.repeat(np.stack([x.ravel(), y.ravel()], 1), each, axis=0))
    return np.concatenate(layers)


def _tiles(width: int, height: int) -> list[int]:
    """Left edges of the squares that cover a wide image; a single one otherwise."""
    if width <= 1.2 * height:
        return [0]
    count = int(np.ceil((width / height - 1) / 0.5)) + 1
    return [round(left) for left in np.linspace(0, width - height, count)]
