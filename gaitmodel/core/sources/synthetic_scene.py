"""The room a synthetic walker crosses: a cluttered wall, a tiled floor, a camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from gaitmodel.core.records import ByteArray, FloatArray

Colour = tuple[int, int, int]

EYE_M = 1.15
"""Height of the camera above the floor."""

_PANORAMA_M = 26.0
_PANORAMA_PX_PER_M = 70
_WALL_M = 3.4
_TILE_M = 0.6
_SHADOW_M = 0.42


@dataclass(frozen=True)
class Camera:
    """A level pinhole camera ``distance`` metres in front of its target."""

    size: tuple[int, int]
    distance: float
    focal: float
    horizon: float

    def project(self, points: FloatArray, target: FloatArray) -> FloatArray:
        """World points (..., 3) -> (..., 3): column, row (pixels), pixels per metre."""
        depth = self.distance + target[0] - points[..., 0]
        scale = self.focal / depth
        column = self.size[0] / 2 - (points[..., 2] - target[1]) * scale
        row = self.horizon - (points[..., 1] - EYE_M) * scale
        return np.stack([column, row, scale], axis=-1)


def camera(size: tuple[int, int], height_m: float) -> Camera:
    """A camera that shows a walker of ``height_m`` at 80 % of the picture's height."""
    width, height = size
    distance = 4.6
    focal = 0.80 * height * distance / height_m
    feet = 0.93 * height
    return Camera((width, height), distance, focal, feet - EYE_M * focal / distance)


class Room:
    """Background of one clip; the wall starts ``depth`` metres behind the walker."""

    def __init__(self, view: Camera, depth: float, rng: np.random.Generator) -> None:
        self._view, self._depth = view, depth
        self._wall = _panorama(rng)
        tone = rng.uniform(120, 190) + rng.normal(0, 8, 3)
        levels = np.arange(256)[:, None] / 200
        self._tones = (levels * tone).clip(0, 255).astype(np.uint8)  # (256, 3)
        self._grout = np.float32(rng.uniform(0.72, 0.86))
        width, height = view.size
        self._first = int(np.ceil(view.horizon)) + 1
        rows = np.arange(self._first, height, dtype=np.float32)[:, None]
        # Each pixel of the floor: metres before the camera and to its left.
        self._ahead = np.float32(EYE_M * view.focal) / (rows - np.float32(view.horizon))
        columns = np.arange(width, dtype=np.float32)[None]
        self._left = (width / 2 - columns) * self._ahead / np.float32(view.focal)
        self._line_m = (0.012 + 0.6 * self._ahead / view.focal).astype(np.float32)
        self._light = (200 * (0.82 + 0.23 / self._ahead)).astype(np.float32)

    def picture(self, target: FloatArray, feet: FloatArray) -> Image.Image:
        """The empty room seen with the camera on ``target`` (X, Z); ``feet`` (n, 2)
        cast soft shadows."""
        canvas = Image.new("RGB", self._view.size)
        foot = self._paste_wall(canvas, target)
        floor = Image.fromarray(self._floor_pixels(target, feet))
        skip = max(0, foot - self._first)
        canvas.paste(floor.crop((0, skip, *floor.size)), (0, self._first + skip))
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

    def _floor_pixels(self, target: FloatArray, feet: FloatArray) -> ByteArray:
        """Tiles that move under the walker, darker along their joints and feet."""
        x = self._view.distance + np.float32(target[0]) - self._ahead  # (rows, 1)
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
