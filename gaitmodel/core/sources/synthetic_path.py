"""Where a synthetic walker goes: feet stay on the ground, the camera travels along.

World coordinates are the gravity frame's: X toward the camera, Y up, Z to the left of
the picture; the ground is Y = 0.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

from gaitmodel.core.pose.kinematics import JOINT_INDEX, Proportions, joint_positions
from gaitmodel.core.records import FloatArray

SOLE_M = 0.02
"""Thickness of a shoe's sole below heel and toe."""


def world_joints(
    angles: FloatArray, contact: FloatArray, body: Proportions, fps: float
) -> FloatArray:
    """Joint positions (T, J, 3) in metres on the ground, walking through the world."""
    joints = joint_positions(angles, body)
    soles = joints[:, [JOINT_INDEX[f"{p}_{s}"] for s in "rl" for p in ("heel", "toe")]]
    joints[..., 1] -= soles[..., 1].min(axis=1)[:, None] - SOLE_M
    joints[..., [0, 2]] += _travel(joints, contact, fps)[:, None]
    return joints


def _travel(joints: FloatArray, contact: FloatArray, fps: float) -> FloatArray:
    """(T, 2) of the pelvis in X and Z: the feet in contact do not slide on average."""
    feet = np.stack([joints[:, JOINT_INDEX[f"ankle_{s}"]] for s in "rl"], axis=1)
    velocity = -np.gradient(feet[..., [0, 2]], axis=0) * fps  # (T, 2 feet, 2)
    weight = contact / np.maximum(contact.sum(axis=1, keepdims=True), 1)
    pelvis = (velocity * weight[..., None]).sum(axis=1)
    smooth = uniform_filter1d(pelvis, max(1, round(0.2 * fps)), axis=0, mode="nearest")
    path: FloatArray = np.cumsum(smooth, axis=0) / fps
    return path


def camera_path(joints: FloatArray) -> FloatArray:
    """(T, 2) of a camera that travels evenly with the pelvis, in X and Z."""
    pelvis = joints[:, JOINT_INDEX["pelvis"]][:, [0, 2]]
    times = np.arange(len(pelvis))
    return np.stack(
        [np.polyval(np.polyfit(times, column, 1), times) for column in pelvis.T], axis=1
    )
