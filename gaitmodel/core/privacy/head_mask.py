"""Which pixels of each frame are covered: every face found, every head of a pose.

mask(t) = the boxes of all faces found in frames t-5..t+5, widened by 1.3, and the
circles of all heads in frames t-2..t+2. A head that the pose loses briefly is
interpolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import cv2
import numpy as np

from gaitmodel.core.pose.blazepose_people import PeopleInFilm, Track
from gaitmodel.core.privacy.faces import Face
from gaitmodel.core.records import ByteArray, FloatArray

_T = TypeVar("_T")

FILL: Final = 96
"""Grey of a covered pixel: nothing of the original remains under it."""

_FACE_FRAMES, _HEAD_FRAMES = 5, 2
_FACE_WIDENED: Final = 1.3
_HEAD_LANDMARKS: Final = 11
_SHOULDERS: Final = (11, 12)
_LONGEST_LOSS: Final = 15


@dataclass(frozen=True)
class Circle:
    """A head in a frame, pixels."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class FilmRegions:
    """Per frame: the faces found in the source, and the heads of its poses."""

    faces: tuple[tuple[Face, ...], ...]
    heads: tuple[tuple[Circle, ...], ...]
    wider: float = 1.0

    def mask(self, frame: int, size: tuple[int, int]) -> ByteArray:
        """(H, W) uint8, 255 where covered; ``size`` is (width, height)."""
        covered = np.zeros((size[1], size[0]), np.uint8)
        for face in _around(self.faces, frame, _FACE_FRAMES):
            left, top, right, bottom = _widened(face, _FACE_WIDENED * self.wider)
            cv2.rectangle(covered, (left, top), (right, bottom), 255, -1)
        for head in _around(self.heads, frame, _HEAD_FRAMES):
            centre = (round(head.x), round(head.y))
            radius = int(np.ceil(head.radius * self.wider))
            cv2.circle(covered, centre, radius, 255, -1)
        return covered


def cover(rgb: ByteArray, mask: ByteArray) -> ByteArray:
    """The frame with every masked pixel replaced."""
    covered = rgb.copy()
    covered[mask > 0] = FILL
    return covered


def share_inside(face: Face, mask: ByteArray) -> float:
    """The share of a detection's box that is under the mask, 0..1."""
    height, width = mask.shape
    left, top, right, bottom = (round(v) for v in face.box)
    part = mask[
        max(top, 0) : min(bottom, height) + 1, max(left, 0) : min(right, width) + 1
    ]
    return float((part > 0).mean()) if part.size else 1.0


def heads_of(people: PeopleInFilm) -> tuple[tuple[Circle, ...], ...]:
    """Every tracked person's head in every frame, short losses bridged."""
    frames: list[list[Circle]] = [[] for _ in range(people.frames)]
    for track in people.tracks:
        for number, head in _bridged(track).items():
            frames[number].append(head)
    return tuple(tuple(heads) for heads in frames)


def _bridged(track: Track) -> dict[int, Circle]:
    numbers = sorted(track.people)
    known = np.array([_head(track.people[n].image) for n in numbers])
    heads = {n: Circle(*map(float, row)) for n, row in zip(numbers, known, strict=True)}
    for place, (first, last) in enumerate(zip(numbers, numbers[1:], strict=False)):
        if 1 < last - first <= _LONGEST_LOSS:
            for number in range(first + 1, last):
                share = (number - first) / (last - first)
                row = (1 - share) * known[place] + share * known[place + 1]
                heads[number] = Circle(*map(float, row))
    return heads


def _head(image: FloatArray) -> tuple[float, float, float]:
    """Centre and radius from the face's landmarks and the distance to the shoulders."""
    points = image[:_HEAD_LANDMARKS]
    centre = points.mean(axis=0)
    spread = float(np.hypot(*(points - centre).T).max())
    neck = float(np.hypot(*(image[list(_SHOULDERS)].mean(axis=0) - centre)))
    return float(centre[0]), float(centre[1]), max(1.1 * spread, 0.55 * neck)


def _around(per_frame: Sequence[Sequence[_T]], frame: int, reach: int) -> list[_T]:
    near = per_frame[max(0, frame - reach) : frame + reach + 1]
    return [one for found in near for one in found]


def _widened(face: Face, factor: float) -> tuple[int, int, int, int]:
    x, y = face.centre
    left, top, right, bottom = face.box
    wide, high = factor * (right - left) / 2, factor * (bottom - top) / 2
    return round(x - wide), round(y - high), round(x + wide), round(y + high)
