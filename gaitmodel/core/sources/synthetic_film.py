"""A synthetic walk as film: a clothed capsule figure in a room, seen by a camera."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.stage import (
    Camera,
    Colour,
    camera,
    enlarged,
    shaded,
    tapered,
)
from gaitmodel.core.pose.kinematics import JOINT_INDEX, Proportions
from gaitmodel.core.records import ByteArray, FloatArray
from gaitmodel.core.sources.synthetic_path import camera_path, world_joints
from gaitmodel.core.sources.synthetic_scene import Room
from gaitmodel.core.sources.synthetic_walker import Walk


@dataclass(frozen=True)
class Clothing:
    """Colours of a figure."""

    shirt: Colour
    trousers: Colour
    shoes: Colour
    skin: Colour
    hair: Colour


# (from, to, radius there, radius here in metres, garment); the order breaks ties.
_CAPSULES: Final = (
    ("hip_{}", "knee_{}", 0.085, 0.062, "trousers"),
    ("knee_{}", "ankle_{}", 0.060, 0.042, "trousers"),
    ("heel_{}", "toe_{}", 0.038, 0.032, "shoes"),
    ("shoulder_{}", "elbow_{}", 0.055, 0.045, "shirt"),
    ("elbow_{}", "wrist_{}", 0.040, 0.030, "skin"),
    ("wrist_{}", "hand_{}", 0.032, 0.030, "skin"),
)
_TRUNK: Final = (
    ("hip_r", "hip_l", 0.090, 0.090, "trousers"),
    ("pelvis", "waist", 0.110, 0.118, "trousers"),
    ("waist", "chest", 0.120, 0.135, "shirt"),
    ("chest", "neck", 0.140, 0.070, "shirt"),
    ("shoulder_r", "shoulder_l", 0.062, 0.062, "shirt"),
    ("neck", "head", 0.048, 0.048, "skin"),
)


@dataclass(frozen=True)
class _Capsule:
    start: int
    end: int
    radii: tuple[float, float]
    garment: str


def _capsules() -> tuple[tuple[_Capsule, ...], ...]:
    """Right limbs, left limbs and trunk as joint indices."""

    def made(
        rows: Sequence[tuple[str, str, float, float, str]], side: str
    ) -> tuple[_Capsule, ...]:
        return tuple(
            _Capsule(
                JOINT_INDEX[a.format(side)],
                JOINT_INDEX[b.format(side)],
                (r, s),
                garment,
            )
            for a, b, r, s, garment in rows
        )

    legs, arms = _CAPSULES[:3], _CAPSULES[3:]
    return (
        made(legs, "r"), made(legs, "l"), made(arms, "r"), made(arms, "l"), made(_TRUNK, ""),
    )  # fmt: skip


_GROUPS: Final = _capsules()


@dataclass(frozen=True)
class Film:
    """Everything a clip's pictures are made from."""

    joints: FloatArray
    path: FloatArray
    view: Camera
    room: Room
    clothing: Clothing

    def frame(self, number: int) -> ByteArray:
        """Frame ``number`` as (H, W, 3) uint8 RGB."""
        joints, target = self.joints[number], self.path[number]
        feet = joints[[JOINT_INDEX["ankle_r"], JOINT_INDEX["ankle_l"]]][:, [0, 2]]
        picture = self.room.picture(target, feet)
        _draw_figure(picture, self.view.project(joints, target), joints, self.clothing)
        return np.asarray(picture)


def make_film(
    walk: Walk,
    body: Proportions,
    clothing: Clothing,
    size: tuple[int, int],
    fps: float,
    rng: np.random.Generator,
) -> Film:
    """Lay out the scene of one walk; frames are drawn on demand."""
    joints = world_joints(walk.angles, walk.contact, body, fps)
    path = camera_path(joints)
    view = camera(size, body.height_m)
    # A walker moving away from the camera needs room before the wall.
    depth = 2.2 + float(max(0.0, -path[:, 0].min())) + float(rng.uniform(0, 1.5))
    return Film(joints, path, view, Room(view, depth, rng), clothing)


def write_film(path: Path, film: Film, fps: float) -> None:
    """Encode every frame of ``film``."""
    write_video(path, frames_of(film), fps)


def frames_of(film: Film) -> Iterator[ByteArray]:
    """All frames in order."""
    return (film.frame(number) for number in range(len(film.joints)))


def _draw_figure(
    picture: Image.Image, points: FloatArray, joints: FloatArray, clothing: Clothing
) -> None:
    """Draw the figure, far parts first, into its own enlarged box."""
    with enlarged(picture, points, 0.2 * points[0, 2]) as (draw, placed):
        for group in sorted(_GROUPS, key=lambda g: _nearness(g, joints)):
            trunk = group is _GROUPS[4]
            far = not trunk and _nearness(group, joints) < joints[0, 0]
            _draw_group(draw, placed, group, clothing, 0.78 if far else 1.0)
            if trunk:
                _draw_head(draw, placed, joints, clothing)


def _nearness(group: Sequence[_Capsule], joints: FloatArray) -> float:
    """Mean X of a limb, toward the camera; the trunk is in the middle."""
    if group is _GROUPS[4]:
        return float(joints[0, 0])
    ends = [joints[part.start, 0] + joints[part.end, 0] for part in group]
    return float(np.mean(ends)) / 2


# (share of the radius, brightness, shift toward the light in radii): rim, body.
_LAYERS: Final = ((1.0, 0.72, 0.0), (0.78, 1.0, 0.12))


def _draw_group(
    draw: ImageDraw.ImageDraw,
    placed: FloatArray,
    group: Sequence[_Capsule],
    clothing: Clothing,
    light: float,
) -> None:
    """Tapered limbs: dark rims first, lighter bodies over all, so that parts merge."""
    for share, brightness, shift in _LAYERS:
        for part in group:
            (x0, y0, scale), (x1, y1, _) = placed[part.start], placed[part.end]
            r0, r1 = (share * radius * scale for radius in part.radii)
            moved = -shift * part.radii[1] * scale
            tapered(
                draw,
                (x0 + moved, y0 + moved, r0),
                (x1 + moved, y1 + moved, r1),
                shaded(getattr(clothing, part.garment), light * brightness),
            )


def _draw_head(
    draw: ImageDraw.ImageDraw,
    placed: FloatArray,
    joints: FloatArray,
    clothing: Clothing,
) -> None:
    """A head without a face: skin in front, hair above and behind."""
    x, y, scale = placed[JOINT_INDEX["head"]]
    ahead = _facing(joints)
    # Picture columns run against Z; hair moves away from where the walker looks.
    back = 0.045 * scale * ahead[1]
    hair_over = ahead[0] < -0.3
    parts = [
        ((x, y, 0.098, 0.125), clothing.skin),
        ((x + back, y - 0.035 * scale, 0.100, 0.105), clothing.hair),
        ((x - back * 0.6, y + 0.03 * scale, 0.078, 0.085), clothing.skin),
    ]
    if hair_over:
        parts = [parts[0], ((x, y - 0.015 * scale, 0.102, 0.118), clothing.hair)]
    for (cx, cy, rx, ry), colour in parts:
        rx, ry = rx * scale, ry * scale
        draw.ellipse((cx - rx, cy - ry, cx + rx, cy + ry), fill=colour)


def _facing(joints: FloatArray) -> FloatArray:
    """Unit vector (X, Z) in which the walker looks: across the line of the hips."""
    across = joints[JOINT_INDEX["hip_r"]] - joints[JOINT_INDEX["hip_l"]]
    ahead = np.array([across[2], -across[0]])
    unit: FloatArray = ahead / max(float(np.hypot(*ahead)), 1e-9)
    return unit
