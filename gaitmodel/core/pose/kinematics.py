"""From SKEL angles to positions in space: gravity, heading, view, joint positions.

The gravity frame is X toward the camera (or forward, without one), Y up, Z to the
right of a walker who faces along X. Body proportions are generic, after Winter
(Biomechanics and Motor Control of Human Movement, 4th ed., table 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gaitmodel.core.pose.rotations import rotation, skel_rotation, wrap
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import FloatArray, PoseSequence, View

JOINTS: Final[tuple[str, ...]] = (
    "pelvis", "hip_r", "knee_r", "ankle_r", "heel_r", "toe_r",
    "hip_l", "knee_l", "ankle_l", "heel_l", "toe_l",
    "waist", "chest", "neck", "head",
    "shoulder_r", "elbow_r", "wrist_r", "hand_r",
    "shoulder_l", "elbow_l", "wrist_l", "hand_l",
)  # fmt: skip
JOINT_INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(JOINTS)}

HANGING_ARM: Final = np.deg2rad(47.0)
"""|shoulder x| at which SKEL's arm hangs straight down."""


@dataclass(frozen=True)
class Proportions:
    """Segment lengths as fractions of body height ``height_m`` (Winter, table 4.1)."""

    height_m: float = 1.70
    thigh: float = 0.245
    shank: float = 0.246
    ankle_height: float = 0.039
    heel_behind: float = 0.035
    toe_ahead: float = 0.115
    hip_half_width: float = 0.055
    pelvis_height: float = 0.060
    waist_to_chest: float = 0.110
    chest_to_neck: float = 0.118
    neck_to_head: float = 0.110
    shoulder_half_width: float = 0.115
    upper_arm: float = 0.186
    forearm: float = 0.146
    hand: float = 0.075


GENERIC: Final = Proportions()


def to_gravity(pose: PoseSequence) -> PoseSequence:
    """Turn HSMR's camera frame (y down) into the gravity frame, camera upright.

    tilt' = wrap(tilt + 180 deg), list' = -list, rotation' = -rotation; a rotation of
    0 then faces the camera. An already aligned pose is returned unchanged.
    """
    if not pose.camera_frame:
        return pose
    angles = pose.angles.copy()
    angles[:, 0] = wrap(angles[:, 0] + np.pi)
    angles[:, 1:3] = -angles[:, 1:3]
    return replace(pose, angles=angles, camera_frame=False)


def from_gravity(pose: PoseSequence) -> PoseSequence:
    """The inverse of :func:`to_gravity`: write a pose as HSMR would."""
    if pose.camera_frame:
        return pose
    angles = pose.angles.copy()
    angles[:, 0] = wrap(angles[:, 0] - np.pi)
    angles[:, 1:3] = -angles[:, 1:3]
    return replace(pose, angles=angles, camera_frame=True)


def heading(pose: PoseSequence) -> tuple[float, float]:
    """Circular mean of the walker's heading and its resultant length (0..1).

    Radians, 0 = facing the camera, positive = turned to the walker's left. Both are
    NaN if the pelvis rotation was never observed.
    """
    turn = to_gravity(pose).angles[:, 2].astype(float)
    turn = turn[np.isfinite(turn)]
    if len(turn) == 0:
        return float("nan"), float("nan")
    mean = np.exp(1j * turn).mean()
    return float(np.angle(mean)), float(np.abs(mean))


def view_of(pose: PoseSequence) -> View:
    """The camera's view of the walker; unknown without a camera frame.

    Also unknown for a walker who turns through the clip (resultant below 0.6).
    """
    mean, resultant = heading(pose)
    if not pose.camera_frame or not resultant >= 0.6:
        return View.UNKNOWN
    degrees = np.rad2deg(mean)
    if abs(degrees) <= 45:
        return View.FRONT
    if abs(degrees) >= 135:
        return View.BACK
    # Turning right shows the left side to the camera.
    return View.LEFT if degrees < 0 else View.RIGHT


def _offset(x: float, y: float, z: float) -> FloatArray:
    return np.array([x, y, z])


def _leg(
    angles: FloatArray, pelvis: FloatArray, side: str, body: Proportions
) -> list[FloatArray]:
    """Hip, knee, ankle, heel and toe of one side, from the pelvis' rotation."""
    first = INDEX[f"hip_flexion_{side}"]
    out = 1.0 if side == "r" else -1.0
    flexion, adduction, internal = (angles[:, first + k] for k in range(3))
    thigh = pelvis @ skel_rotation(flexion, out * adduction, out * internal)
    shank = thigh @ rotation("z", -angles[:, first + 3])
    foot = shank @ rotation("z", angles[:, first + 4])
    hip = pelvis @ _offset(0, 0, out * body.hip_half_width)
    knee = hip + thigh @ _offset(0, -body.thigh, 0)
    ankle = knee + shank @ _offset(0, -body.shank, 0)
    heel = ankle + foot @ _offset(-body.heel_behind, -body.ankle_height, 0)
    toe = ankle + foot @ _offset(body.toe_ahead, -body.ankle_height, 0)
    return [hip, knee, ankle, heel, toe]


def _column(angles: FloatArray, part: str, below: FloatArray) -> FloatArray:
    """The spine's joints: R = Ry(twist) Rz(extension) Rx(bending)."""
    first = INDEX[f"{part}_bending"]
    bending, extension, twist = (angles[:, first + k] for k in range(3))
    turned: FloatArray = (
        below @ rotation("y", twist) @ rotation("z", extension) @ rotation("x", bending)
    )
    return turned


def _arm(
    angles: FloatArray,
    chest: FloatArray,
    neck: FloatArray,
    side: str,
    body: Proportions,
) -> list[FloatArray]:
    """Shoulder, elbow, wrist and hand of one side, from the chest's rotation."""
    first = INDEX[f"shoulder_{side}_x"]
    out = 1.0 if side == "r" else -1.0
    x, y, z, flexion = (angles[:, first + k] for k in range(4))
    upper = chest @ skel_rotation(z, np.zeros_like(z), np.zeros_like(z))
    upper = upper @ rotation("y", y) @ rotation("x", x - out * HANGING_ARM)
    fore = upper @ rotation("z", flexion)
    shoulder = neck + chest @ _offset(0, -0.02, out * body.shoulder_half_width)
    elbow = shoulder + upper @ _offset(0, -body.upper_arm, 0)
    wrist = elbow + fore @ _offset(0, -body.forearm, 0)
    hand = wrist + fore @ _offset(0, -body.hand, 0)
    return [shoulder, elbow, wrist, hand]


def joint_positions(angles: FloatArray, body: Proportions = GENERIC) -> FloatArray:
    """Forward kinematics of gravity-frame angles (T, 46) -> (T, len(JOINTS), 3) metres.

    The pelvis centre is the origin. A point that depends on an unobserved (NaN)
    angle is NaN in all three coordinates.
    """
    angles = angles.astype(float)
    pelvis = skel_rotation(angles[:, 0], angles[:, 1], angles[:, 2])
    root = np.zeros((len(angles), 3))
    chest = _column(angles, "lumbar", pelvis)
    upper = _column(angles, "thorax", chest)
    skull = _column(angles, "head", upper)
    waist = root + pelvis @ _offset(0, body.pelvis_height, 0)
    middle = waist + chest @ _offset(0, body.waist_to_chest, 0)
    neck = middle + upper @ _offset(0, body.chest_to_neck, 0)
    head = neck + skull @ _offset(0, body.neck_to_head, 0)
    points: list[FloatArray] = [root]
    points += _leg(angles, pelvis, "r", body) + _leg(angles, pelvis, "l", body)
    points += [waist, middle, neck, head]
    points += _arm(angles, upper, neck, "r", body) + _arm(
        angles, upper, neck, "l", body
    )
    stacked = np.stack(points, axis=1)  # (T, J, 3)
    stacked[np.isnan(stacked).any(axis=2)] = np.nan
    return stacked * body.height_m
