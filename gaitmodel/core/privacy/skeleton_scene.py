"""The skeleton's place in each frame: on the ground, which moves beneath it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from gaitmodel.core.media.stage import Camera, camera
from gaitmodel.core.pose.kinematics import GENERIC, JOINT_INDEX, joint_positions
from gaitmodel.core.privacy.skeleton_body import (
    drawable,
    everything_unseen,
    limbs_unseen,
    rests_on,
)
from gaitmodel.core.records import FloatArray

_SOLES: Final = [JOINT_INDEX[f"{p}_{s}"] for s in "rl" for p in ("heel", "toe")]
_ANKLES: Final = [JOINT_INDEX["ankle_r"], JOINT_INDEX["ankle_l"]]
_SOLE_M: Final = 0.02
_CONTACT_M: Final = 0.02
"""Height above the lower foot at which a foot's contact weight is halved."""


@dataclass(frozen=True)
class Scene:
    """``joints`` (T, J, 3) in the world; ``path`` (T, 2) of the camera's target."""

    joints: FloatArray
    path: FloatArray
    view: Camera
    captions: tuple[str, ...]


def lay_out(angles: FloatArray, fps: float, size: tuple[int, int]) -> Scene:
    """Place gravity-frame angles (T, 46) on the ground before the camera."""
    joints = joint_positions(drawable(angles), GENERIC)
    joints[..., 1] -= _ground(joints, fps)[:, None]
    travel = _travel(joints, fps)
    joints[..., [0, 2]] += travel[:, None]
    path = gaussian_filter1d(travel, 0.5 * fps, axis=0, mode="nearest")
    captions = _captions(joints, rests_on(angles))
    return Scene(joints, path, camera(size, GENERIC.height_m), captions)


def _filled(values: FloatArray, default: float) -> FloatArray:
    """Gaps in a (T,) signal bridged by interpolation."""
    seen = np.flatnonzero(np.isfinite(values))
    if len(seen) == 0:
        return np.full(len(values), default)
    bridged: FloatArray = np.interp(np.arange(len(values)), seen, values[seen])
    return bridged


def _ground(joints: FloatArray, fps: float) -> FloatArray:
    """(T,) height of the floor below the pelvis: under the lower foot, smoothed."""
    soles = joints[:, _SOLES, 1]
    unseen = np.isnan(soles).all(axis=1)
    lowest = np.where(unseen, np.nan, np.fmin.reduce(soles, axis=1))
    floor = _filled(lowest, default=-0.53 * GENERIC.height_m) - _SOLE_M
    smooth: FloatArray = gaussian_filter1d(floor, 0.03 * fps, mode="nearest")
    return smooth


def _travel(joints: FloatArray, fps: float) -> FloatArray:
    """(T, 2) position of the pelvis in X and Z that keeps the lower foot still."""
    ankles = joints[:, _ANKLES]
    lift = ankles[..., 1] - np.fmin(ankles[:, :1, 1], ankles[:, 1:, 1])
    weight = np.exp2(-np.nan_to_num(lift, nan=np.inf) / _CONTACT_M)  # (T, 2 feet)
    velocity = -np.gradient(ankles[..., [0, 2]], axis=0)  # metres per frame
    carried = np.nan_to_num(velocity) * weight[..., None]
    pelvis = carried.sum(axis=1) / np.maximum(weight.sum(axis=1, keepdims=True), 1e-6)
    smooth = gaussian_filter1d(pelvis, 0.08 * fps, axis=0, mode="nearest")
    travel: FloatArray = np.cumsum(smooth, axis=0)
    return travel


def _captions(joints: FloatArray, resting: tuple[str, ...]) -> tuple[str, ...]:
    """Each frame's caption about what it does not show."""
    unseen = limbs_unseen(joints)
    nothing = everything_unseen(joints)
    posture = "".join(
        f"; {name.replace('_', ' ')} not observed, drawn at rest" for name in resting
    )
    lines = []
    for limbs, empty in zip(unseen, nothing, strict=True):
        if empty:
            lines.append("walker not observed")
        elif limbs:
            lines.append("not observed: " + ", ".join(_outermost(limbs)) + posture)
        else:
            lines.append(posture.removeprefix("; "))
    return tuple(lines)


def _outermost(limbs: tuple[str, ...]) -> list[str]:
    """Name a missing limb once, by its part nearest to the trunk."""
    chain = {"shank": "thigh", "foot": "shank", "forearm": "upper arm"}
    named = []
    for limb in limbs:
        side, part = limb.split(" ", 1)
        if part not in chain or f"{side} {chain[part]}" not in limbs:
            named.append(limb)
    return named
