"""The room a synthetic walker crosses: a cluttered wall, a tiled floor."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from gaitmodel.core.media.stage import EYE_M, Camera, Colour, Floor
from gaitmodel.core.records import FloatArray

_PANORAMA_M: Final = 26.0
_PANORAMA_PX_PER_M: Final = 70
_WALL_M: Final = 3.4


class Room:
    """Background of one clip; the wall starts ``depth`` metres behind the walker."""

    def __init__(self, view: Camera, depth: float, rng: np.random.Generator) -> None:
        self._view, self._depth = view, depth
        self._wall = _panorama(rng)
        tone = rng.uniform(120, 190) + rng.normal(0, 8, 3)
        self._floor = Floor(view, tone, float(rng.uniform(0.72, 0.86)))

    def picture(self, target: FloatArray, feet: FloatArray) -> Image.Image:
        """The empty room seen with the camera on ``target`` (X, Z); ``feet`` (n, 2)
        cast soft shadows."""
        canvas = Image.new("RGB", self._view.size)
        foot = self._paste_wall(canvas, target)
        floor = Image.fromarray(self._floor.pixels(target, feet))
        skip = max(0, foot - self._floor.first_row)
        below = floor.crop((0, skip, *floor.size))
        canvas.paste(below, (0, self._floor.first_row + skip))
        return canvas

    def _paste_wall(self, canvas: Image.Image, target: FloatArray) -> int:
        """Draw the wall; returns the row of its foot."""
        view = self._view
        scale = view.focal / (view.distance + target[0] + self._depth)
        ratio = _PANORAMA_PX_PER_M / scale
        foot = view.horizon + EYE_M * scale
        rows = int(np.ceil(foot))
        middle = (_PANORAMA_M / 2 - target[1]) * _PANORAMA_PX_PER_M
        half = view.size[0] / 2 * ratio
        bottom = self._wall.height
        box = (middle - half, bottom - foot * ratio, middle + half, bottom)
        box = (max(box[0], 0), max(box[1], 0), min(box[2], self._wall.width), bottom)
        wall = self._wall.resize((view.size[0], rows), Image.Resampling.BILINEAR, box)
        canvas.paste(wall, (0, 0))
        return rows


def _panorama(rng: np.random.Generator) -> Image.Image:
    """A long wall with pictures, doors, shelves and plants, no two alike."""
    px = _PANORAMA_PX_PER_M
    size = (int(_PANORAMA_M * px), int(_WALL_M * px))
    tone = rng.uniform(165, 225) + rng.normal(0, 10, 3)
    wall = Image.new("RGB", size, _colour(tone))
    draw = ImageDraw.Draw(wall)
    draw.rectangle((0, size[1] - 12, size[0], size[1]), fill=_colour(tone * 0.6))
    place = float(rng.uniform(0.2, 1.0))
    while place < _PANORAMA_M - 1.5:
        item = _ITEMS[int(rng.integers(len(_ITEMS)))]
        item(draw, place * px, size[1], px, rng)
        place += float(rng.uniform(1.1, 2.6))
    return wall


def _colour(values: FloatArray) -> Colour:
    red, green, blue = (int(v) for v in np.clip(values, 0, 255))
    return red, green, blue


def _any_colour(rng: np.random.Generator) -> Colour:
    return _colour(rng.uniform(60, 210, 3))


def _picture(
    draw: ImageDraw.ImageDraw, x: float, foot: int, px: int, rng: np.random.Generator
) -> None:
    wide, high = rng.uniform(0.4, 0.9, 2) * px
    top = foot - rng.uniform(2.1, 2.4) * px
    draw.rectangle((x, top, x + wide, top + high), _any_colour(rng), (70, 60, 50), 3)
    draw.rectangle((x + 12, top + 12, x + wide / 2, top + high / 2), _any_colour(rng))


def _door(
    draw: ImageDraw.ImageDraw, x: float, foot: int, px: int, rng: np.random.Generator
) -> None:
    colour = _any_colour(rng)
    draw.rectangle((x, foot - 2.05 * px, x + 0.9 * px, foot), colour, (80, 75, 70), 4)
    draw.ellipse((x + 8, foot - px, x + 15, foot - px + 7), (220, 210, 150))


def _shelf(
    draw: ImageDraw.ImageDraw, x: float, foot: int, px: int, rng: np.random.Generator
) -> None:
    colour = _any_colour(rng)
    for level in range(int(rng.integers(2, 4))):
        top = foot - (0.45 + 0.4 * level) * px
        draw.rectangle((x, top, x + 1.1 * px, top + 5), colour)
        for book in range(int(rng.integers(4, 9))):
            left = x + 8 + 8 * book
            high = rng.uniform(0.18, 0.32) * px
            draw.rectangle((left, top - high, left + 6, top), _any_colour(rng))


def _plant(
    draw: ImageDraw.ImageDraw, x: float, foot: int, px: int, rng: np.random.Generator
) -> None:
    draw.rectangle((x, foot - 0.35 * px, x + 0.3 * px, foot), (150, 90, 60))
    for _ in range(9):
        dx, dy = rng.uniform(-0.3, 0.6) * px, rng.uniform(0.4, 1.0) * px
        green = _colour(np.array([40, 110, 50]) + rng.normal(0, 18, 3))
        draw.ellipse((x + dx, foot - dy, x + dx + 18, foot - dy + 14), fill=green)


_ITEMS = (_picture, _door, _shelf, _plant, _picture)
