"""The drawable part of a pose: secondary angles at rest, unseen limbs left out."""

from __future__ import annotations

from typing import Final

import numpy as np

from gaitmodel.core.pose.kinematics import HANGING_ARM, JOINT_INDEX
from gaitmodel.core.pose.skel import INDEX, NAMES
from gaitmodel.core.records import BoolArray, FloatArray

THREE_QUARTER_VIEW: Final = np.deg2rad(-60.0)
"""Heading used to draw a walker whose own heading was never observed."""

# Without these a limb cannot be placed; the others only refine it.
_PRIMARY: Final = frozenset(
    f"{name}_{side}"
    for side in "rl"
    for name in ("hip_flexion", "knee_angle", "ankle_angle", "elbow_flexion")
) | {"shoulder_r_z", "shoulder_l_z"}

_AT_REST: Final = {
    "shoulder_r_x": HANGING_ARM,
    "shoulder_l_x": -HANGING_ARM,
    "pelvis_rotation": THREE_QUARTER_VIEW,
}

LIMBS: Final = {
    "right thigh": "knee_r",
    "right shank": "ankle_r",
    "right foot": "toe_r",
    "left thigh": "knee_l",
    "left shank": "ankle_l",
    "left foot": "toe_l",
    "right upper arm": "elbow_r",
    "right forearm": "wrist_r",
    "left upper arm": "elbow_l",
    "left forearm": "wrist_l",
}
"""Each limb by the joint at its far end."""


def drawable(angles: FloatArray) -> FloatArray:
    """Gravity-frame angles (T, 46) with unobserved secondary angles at rest.

    For drawing only. A secondary angle that was observed in some frames is interpolated
    in the others; primary angles stay NaN. A frame with nothing observed stays empty.
    """
    filled = angles.astype(float)
    seen_at_all = np.isfinite(filled).any(axis=1)
    for column, name in enumerate(NAMES):
        if name in _PRIMARY:
            continue
        missing = np.isnan(filled[:, column])
        if missing.any():
            filled[missing, column] = _held(filled[:, column], name)[missing]
    filled[~seen_at_all] = np.nan
    return filled


def _held(column: FloatArray, name: str) -> FloatArray:
    """Observed values interpolated over gaps; the resting value if there are none."""
    seen = np.flatnonzero(np.isfinite(column))
    if len(seen) == 0:
        return np.full(len(column), _AT_REST.get(name, 0.0))
    held: FloatArray = np.interp(
        np.arange(len(column)), seen, np.unwrap(column[seen].astype(float))
    )
    return held


def limbs_unseen(joints: FloatArray) -> tuple[tuple[str, ...], ...]:
    """Per frame the limbs that cannot be drawn, from joint positions (T, J, 3)."""
    missing = {
        limb: np.isnan(joints[:, JOINT_INDEX[j], 0]) for limb, j in LIMBS.items()
    }
    return tuple(
        tuple(limb for limb, gone in missing.items() if gone[frame])
        for frame in range(len(joints))
    )


def everything_unseen(joints: FloatArray) -> BoolArray:
    """Frames (T,) in which no part of the walker was observed."""
    unseen: BoolArray = np.isnan(joints[:, JOINT_INDEX["chest"], 0])
    return unseen


def rests_on(angles: FloatArray) -> tuple[str, ...]:
    """Posture angles drawn at rest because no frame observed them."""
    return tuple(
        name
        for name in ("pelvis_tilt", "pelvis_rotation", "lumbar_extension")
        if np.isnan(angles[:, INDEX[name]]).all()
    )
