"""Elementary rotations and the change between OpenSim's and SKEL's pelvis angles.

All angles in radians; matrices (..., 3, 3); X forward, Y up, Z right.
"""

from __future__ import annotations

import numpy as np

from gaitmodel.core.records import FloatArray


def rotation(axis: str, angle: FloatArray) -> FloatArray:
    """Rotation about ``x``, ``y`` or ``z`` by ``angle`` (...,) -> (..., 3, 3)."""
    cos, sin = np.cos(angle), np.sin(angle)
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.zeros((*np.shape(angle), 3, 3))
    own = "xyz".index(axis)
    # With an unobserved angle no direction is known, not even its own axis.
    matrix[..., own, own] = np.where(np.isnan(angle), np.nan, 1.0)
    matrix[..., first, first] = matrix[..., second, second] = cos
    matrix[..., first, second], matrix[..., second, first] = -sin, sin
    return matrix


def skel_rotation(tilt: FloatArray, side: FloatArray, turn: FloatArray) -> FloatArray:
    """SKEL's pelvis or hip: R = Ry(turn) Rx(side) Rz(tilt)."""
    product: FloatArray = (
        rotation("y", turn) @ rotation("x", side) @ rotation("z", tilt)
    )
    return product


def opensim_rotation(
    tilt: FloatArray, side: FloatArray, turn: FloatArray
) -> FloatArray:
    """OpenSim's body-fixed 1-2-3 pelvis or hip: R = Rz(tilt) Rx(side) Ry(turn)."""
    product: FloatArray = (
        rotation("z", tilt) @ rotation("x", side) @ rotation("y", turn)
    )
    return product


def skel_angles(matrix: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(tilt, side, turn) of SKEL's order from matrices (..., 3, 3)."""
    side = np.arcsin(np.clip(-matrix[..., 1, 2], -1.0, 1.0))
    turn = np.arctan2(matrix[..., 0, 2], matrix[..., 2, 2])
    tilt = np.arctan2(matrix[..., 1, 0], matrix[..., 1, 1])
    return tilt, side, turn


def wrap(angle: FloatArray) -> FloatArray:
    """Angles wrapped to [-pi, pi); NaN stays NaN."""
    wrapped: FloatArray = np.mod(angle + np.pi, 2 * np.pi) - np.pi
    return wrapped
