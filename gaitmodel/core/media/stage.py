"""A drawn stage: a level camera, a moving tiled floor, limbs as tapered capsules.

World coordinates are the gravity frame's: X toward the camera, Y up, Z to the left of
the picture; the floor is Y = 0. Lengths in metres. Both the synthetic films and the
skeleton films use it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from gaitmodel.core.records import ByteArray, FloatArray

Colour = tuple[int, int, int]

EYE_M: Final = 1.15
"""Height of the camera above the floor."""

DISTANCE_M: Final = 4.6
_TILE_M: Final = 0.6
_SHADOW_M: Final = 0.42
_OVERSAMPLE: Final = 2


@dataclass(frozen=True)
class Camera:
    """A level pinhole camera ``distance`` metres in front of its target."""

    size: tuple[int, int]
    distance: float
    focal: float
    horizon: float

    def project(self, points: FloatArray, target: FloatArray) -> FloatArray:
        """World points (..., 3) -> (..., 3): column, row (pixels), pixels per metre.

        ``target`` is the X and Z that the camera is pointed at.
        """
        depth = self.distance + target[0] - points[..., 0]
        scale = self.focal / depth
        column = self.size[0] / 2 - (points[..., 2] - target[1]) * scale
        row = self.horizon - (points[..., 1] - EYE_M) * scale
        return np.stack([column, row, scale], axis=-1)


def camera(size: tuple[int, int], height_m: float) -> Camera:
    """A camera that shows a walker of ``height_m`` at 80 % of the picture's height."""
    width, height = size
    focal = 0.80 * height * DISTANCE_M / height_m
    horizon = 0.93 * height - EYE_M * focal / DISTANCE_M
    return Camera((width, height), DISTANCE_M, focal, horizon)


class Floor:
    """Tiles seen by a camera; ``tone`` is their colour, ``grout`` dims their joints."""

    def __init__(self, view: Camera, tone: FloatArray, grout: float) -> None:
        levels = np.arange(256)[:, None] / 200
        self._tones = (levels * tone).clip(0, 255).astype(np.uint8)  # (256, 3)
        self._grout = np.float32(grout)
        self._distance = view.distance
        width, height = view.size
        self.first_row = int(np.ceil(view.horizon)) + 1
        rows = np.arange(self.first_row, height, dtype=np.float32)[:, None]
        # Each pixel of the floor: metres in front of the camera and to its left.
        self._ahead = np.float32(EYE_M * view.focal) / (rows - np.float32(view.horizon))
        columns = np.arange(width, dtype=np.float32)[None]
        self._left = (width / 2 - columns) * self._ahead / np.float32(view.focal)
        self._line_m = (0.012 + 0.6 * self._ahead / view.focal).astype(np.float32)
        self._light = (200 * (0.82 + 0.23 / self._ahead)).astype(np.float32)

    def pixels(self, target: FloatArray, feet: FloatArray) -> ByteArray:
        """The rows below the horizon; ``feet`` (n, 2) in X and Z cast soft shadows."""
        x = self._distance + np.float32(target[0]) - self._ahead  # (rows, 1)
        z = np.float32(target[1]) + self._left  # (rows, columns)
        joints = np.maximum(_line(x, self._line_m), _line(z, self._line_m))
        shade = self._light * (1 - (1 - self._grout) * joints)
        for foot_x, foot_z in feet.astype(np.float32):
            near = np.flatnonzero(np.abs(x[:, 0] - foot_x) < _SHADOW_M)
            rows = slice(near[0], near[-1] + 1) if len(near) else slice(0, 0)
            away = (x[rows] - foot_x) ** 2 + (z[rows] - foot_z) ** 2
            inside = np.maximum(1 - away / np.float32(_SHADOW_M**2), 0)
            shade[rows] *= 1 - np.float32(0.45) * inside * inside
        pixels: ByteArray = self._tones.take(shade.astype(np.uint8), axis=0)
        return pixels


def _line(position: FloatArray, width: FloatArray) -> FloatArray:
    """1 on the joints of the tiles, fading to 0 within ``width`` metres."""
    tiles = position / np.float32(_TILE_M)
    away = np.abs(tiles - np.rint(tiles)) * np.float32(_TILE_M)
    line: FloatArray = np.minimum(np.maximum(np.float32(1.5) - away / width, 0), 1)
    return line


@contextmanager
def enlarged(
    picture: Image.Image, points: FloatArray, margin: float
) -> Iterator[tuple[ImageDraw.ImageDraw, FloatArray]]:
    """Draw the area around ``points`` (n, 3) at twice the size, then scale it down.

    Yields a pen and the points in its coordinates. Smooths edges at a fraction of the
    cost of drawing the whole picture enlarged.
    """
    low = np.floor(points[:, :2].min(axis=0) - margin).astype(int)
    high = np.ceil(points[:, :2].max(axis=0) + margin).astype(int)
    box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    large = picture.crop(box).resize(
        ((box[2] - box[0]) * _OVERSAMPLE, (box[3] - box[1]) * _OVERSAMPLE),
        Image.Resampling.NEAREST,
    )
    placed = points * _OVERSAMPLE
    placed[:, :2] -= low * _OVERSAMPLE
    yield ImageDraw.Draw(large), placed
    picture.paste(large.reduce(_OVERSAMPLE), box[:2])


Disc = tuple[float, float, float]
"""Column, row and radius in pixels."""


def tapered(draw: ImageDraw.ImageDraw, start: Disc, end: Disc, colour: Colour) -> None:
    """A limb: two discs and, approximately, the area between their common tangents."""
    (x0, y0, r0), (x1, y1, r1) = start, end
    length = float(np.hypot(x1 - x0, y1 - y0))
    for x, y, r in (start, end):
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    if length > 0:
        nx, ny = (y0 - y1) / length, (x1 - x0) / length
        corners = [
            (x0 + nx * r0, y0 + ny * r0),
            (x1 + nx * r1, y1 + ny * r1),
            (x1 - nx * r1, y1 - ny * r1),
            (x0 - nx * r0, y0 - ny * r0),
        ]
        draw.polygon(corners, fill=colour)


def shaded(colour: Colour, factor: float) -> Colour:
    """The colour made darker (factor below 1) or lighter."""
    red, green, blue = (min(255, int(channel * factor)) for channel in colour)
    return red, green, blue
