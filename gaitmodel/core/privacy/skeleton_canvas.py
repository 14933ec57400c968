"""Draw one frame of a skeleton film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from gaitmodel.core.media.stage import Colour, Floor, enlarged, tapered
from gaitmodel.core.pose.kinematics import JOINT_INDEX
from gaitmodel.core.privacy.skeleton_scene import Scene
from gaitmodel.core.records import ByteArray, FloatArray

RIGHT: Final[Colour] = (200, 62, 48)
LEFT: Final[Colour] = (38, 96, 188)
TRUNK: Final[Colour] = (62, 66, 74)
_WALL: Final[Colour] = (244, 245, 247)
_WORDS: Final[Colour] = (40, 40, 40)
_FLOOR: Final = np.array([232.0, 235.0, 239.0])
_GROUT: Final = 0.88


@dataclass(frozen=True)
class _Bone:
    start: int
    end: int
    radii: tuple[float, float]


def _chain(*rows: tuple[str, str, float, float]) -> tuple[_Bone, ...]:
    return tuple(_Bone(JOINT_INDEX[a], JOINT_INDEX[b], (r, s)) for a, b, r, s in rows)


def _leg(s: str) -> tuple[_Bone, ...]:
    return _chain(
        (f"hip_{s}", f"knee_{s}", 0.046, 0.034),
        (f"knee_{s}", f"ankle_{s}", 0.034, 0.024),
        (f"ankle_{s}", f"heel_{s}", 0.022, 0.020),
        (f"ankle_{s}", f"toe_{s}", 0.022, 0.018),
        (f"heel_{s}", f"toe_{s}", 0.020, 0.018),
    )


def _arm(s: str) -> tuple[_Bone, ...]:
    return _chain(
        (f"shoulder_{s}", f"elbow_{s}", 0.032, 0.025),
        (f"elbow_{s}", f"wrist_{s}", 0.025, 0.018),
        (f"wrist_{s}", f"hand_{s}", 0.018, 0.016),
    )


_SPINE: Final = _chain(
    ("hip_r", "hip_l", 0.040, 0.040),
    ("pelvis", "waist", 0.040, 0.036),
    ("waist", "chest", 0.036, 0.040),
    ("chest", "neck", 0.040, 0.030),
    ("shoulder_r", "shoulder_l", 0.030, 0.030),
    ("neck", "head", 0.026, 0.026),
)
_LIMBS: Final = (
    (_leg("r"), RIGHT),
    (_leg("l"), LEFT),
    (_arm("r"), RIGHT),
    (_arm("l"), LEFT),
)


class Canvas:
    """Draws the frames of one scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._floor = Floor(scene.view, _FLOOR, _GROUT)
        self._empty = Image.new("RGB", scene.view.size, _WALL)
        legend = ImageDraw.Draw(self._empty)
        legend.text((8, 6), "right", fill=RIGHT)
        legend.text((44, 6), "left", fill=LEFT)

    def frame(self, number: int) -> ByteArray:
        """Frame ``number`` as (H, W, 3) uint8 RGB."""
        scene = self._scene
        joints, target = scene.joints[number], scene.path[number]
        picture = self._empty.copy()
        seen = joints[np.isfinite(joints[:, 0])]
        ankles = joints[[JOINT_INDEX["ankle_r"], JOINT_INDEX["ankle_l"]]]
        feet = ankles[np.isfinite(ankles[:, 0])][:, [0, 2]]
        floor = Image.fromarray(self._floor.pixels(target, feet))
        picture.paste(floor, (0, self._floor.first_row))
        if len(seen):
            _draw_body(picture, scene.view.project(joints, target), joints)
        if scene.captions[number]:
            place = (8, picture.height - 16)
            words = ImageDraw.Draw(picture)
            words.text(place, scene.captions[number], fill=_WORDS)
        return np.asarray(picture)


def _draw_body(picture: Image.Image, points: FloatArray, joints: FloatArray) -> None:
    """Far limbs first and paler, then the trunk, then near limbs."""
    known = np.isfinite(points[:, 0])
    middle = float(joints[JOINT_INDEX["pelvis"], 0])
    # Unseen joints get a place only to compute the enlarged box; no bone uses them.
    boxed = np.where(known[:, None], points, points[JOINT_INDEX["pelvis"]])
    order = sorted(_LIMBS, key=lambda limb: _nearness(limb[0], joints))
    with enlarged(picture, boxed, 24.0) as (draw, placed):
        placed[~known] = np.nan
        for bones, colour in (b for b in order if _nearness(b[0], joints) < middle):
            _draw_bones(draw, placed, bones, _pale(colour))
        _draw_bones(draw, placed, _SPINE, TRUNK)
        _draw_head(draw, placed)
        for bones, colour in (b for b in order if _nearness(b[0], joints) >= middle):
            _draw_bones(draw, placed, bones, colour)


def _nearness(bones: Sequence[_Bone], joints: FloatArray) -> float:
    """X of a limb's root, toward the camera; it swings less than the limb's end."""
    return float(joints[bones[0].start, 0])


def _pale(colour: Colour) -> Colour:
    red, green, blue = (round(0.55 * c + 0.45 * 235) for c in colour)
    return red, green, blue


def _draw_bones(
    draw: ImageDraw.ImageDraw,
    placed: FloatArray,
    bones: Sequence[_Bone],
    colour: Colour,
) -> None:
    for bone in bones:
        (x0, y0, scale), (x1, y1, _) = placed[bone.start], placed[bone.end]
        if np.isfinite(x0) and np.isfinite(x1):
            r0, r1 = (radius * scale for radius in bone.radii)
            tapered(draw, (x0, y0, r0), (x1, y1, r1), colour)
            # A lighter disc marks the joint at the end of each bone.
            r = 0.45 * r0
            draw.ellipse((x0 - r, y0 - r, x0 + r, y0 + r), fill=_WALL)


def _draw_head(draw: ImageDraw.ImageDraw, placed: FloatArray) -> None:
    x, y, scale = placed[JOINT_INDEX["head"]]
    if np.isfinite(x):
        wide, high = 0.085 * scale, 0.112 * scale
        draw.ellipse((x - wide, y - high, x + wide, y + high), fill=TRUNK)
