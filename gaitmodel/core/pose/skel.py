"""The 46 SKEL joint angles: order, group, meaning, unit and soft limits.

Order and signs are those of the SKEL body model and of HSMR's files (radians).
Signs follow OpenSim: X forward, Y up, Z to the walker's right. Limits are HSMR's and
are soft: real estimates exceed them by some degrees, so they cause only warnings.

References: Keller et al., SKEL, ACM TOG 42(6), 2023; Xia et al., HSMR, CVPR 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gaitmodel.core.records import FloatArray

COUNT: Final = 46
_UNLIMITED: Final = (-180.0, 180.0)


@dataclass(frozen=True)
class JointAngle:
    """One SKEL angle; ``limits`` are soft, in degrees."""

    name: str
    group: str
    positive: str
    limits: tuple[float, float]


def _leg(side: str) -> tuple[JointAngle, ...]:
    group = "right leg" if side == "r" else "left leg"
    return (
        JointAngle(f"hip_flexion_{side}", group, "flexion", (-45, 135)),
        JointAngle(f"hip_adduction_{side}", group, "adduction", (-45, 30)),
        JointAngle(f"hip_rotation_{side}", group, "internal rotation", (-45, 45)),
        JointAngle(f"knee_angle_{side}", group, "flexion", (0, 135)),
        JointAngle(f"ankle_angle_{side}", group, "dorsiflexion", (-45, 45)),
        JointAngle(f"subtalar_angle_{side}", group, "inversion", (-45, 45)),
        JointAngle(f"mtp_angle_{side}", group, "toe extension", (-45, 45)),
    )


def _column(part: str, group: str, bend: float) -> tuple[JointAngle, ...]:
    return (
        JointAngle(f"{part}_bending", group, "to the right", (-bend, bend)),
        JointAngle(f"{part}_extension", group, "extension (backward)", (-45, 45)),
        JointAngle(f"{part}_twist", group, "to the left", (-45, 45)),
    )


_RIGHT_ARM = (
    JointAngle("scapula_abduction_r", "right arm", "abduction", (-36, 36)),
    JointAngle("scapula_elevation_r", "right arm", "elevation", (-22.9, -5.7)),
    JointAngle("scapula_upward_rot_r", "right arm", "upward rotation", (-10.9, 18.3)),
    JointAngle("shoulder_r_x", "right arm", "toward the body", (-90, 175.9)),
    JointAngle("shoulder_r_y", "right arm", "axial rotation", (-90, 90)),
    JointAngle("shoulder_r_z", "right arm", "flexion", (-90, 90)),
    JointAngle("elbow_flexion_r", "right arm", "flexion", (0, 135)),
    JointAngle("pro_sup_r", "right arm", "pronation", (-67.5, 67.5)),
    JointAngle("wrist_flexion_r", "right arm", "flexion", (-90, 90)),
    JointAngle("wrist_deviation_r", "right arm", "deviation", (-45, 45)),
)

_LEFT_ARM = (
    JointAngle("scapula_abduction_l", "left arm", "abduction", (-36, 36)),
    JointAngle("scapula_elevation_l", "left arm", "elevation", (-22.9, -5.7)),
    JointAngle("scapula_upward_rot_l", "left arm", "upward rotation", (-12, 12.5)),
    JointAngle("shoulder_l_x", "left arm", "away from the body", (-175.9, 90)),
    JointAngle("shoulder_l_y", "left arm", "axial rotation", (-90, 90)),
    JointAngle("shoulder_l_z", "left arm", "flexion", (-90, 90)),
    JointAngle("elbow_flexion_l", "left arm", "flexion", (0, 135)),
    JointAngle("pro_sup_l", "left arm", "pronation", (-90, 90)),
    JointAngle("wrist_flexion_l", "left arm", "flexion", (-90, 90)),
    JointAngle("wrist_deviation_l", "left arm", "deviation", (-45, 45)),
)

ANGLES: Final[tuple[JointAngle, ...]] = (
    JointAngle("pelvis_tilt", "pelvis", "posterior tilt", _UNLIMITED),
    JointAngle("pelvis_list", "pelvis", "right side down", _UNLIMITED),
    JointAngle("pelvis_rotation", "pelvis", "turn to the left", _UNLIMITED),
    *_leg("r"),
    *_leg("l"),
    *_column("lumbar", "spine", 30),
    *_column("thorax", "spine", 45),
    *_column("head", "head", 45),
    *_RIGHT_ARM,
    *_LEFT_ARM,
)

NAMES: Final[tuple[str, ...]] = tuple(angle.name for angle in ANGLES)
INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(NAMES)}
UNIT: Final = "rad"


def _partner(name: str) -> str:
    """The same angle of the other side; the name itself on the midline."""
    for mine, other in (("_r", "_l"), ("_l", "_r")):
        if name.endswith(mine):
            return name[: -len(mine)] + other
    for mine, other in (("shoulder_r_", "shoulder_l_"), ("shoulder_l_", "shoulder_r_")):
        if name.startswith(mine):
            return other + name[len(mine) :]
    return name


_NEGATED_BY_MIRROR = ("_bending", "_twist", "pelvis_list", "pelvis_rotation")
_NEGATED_BY_SIDE = ("scapula_abduction_", "scapula_elevation_")
_NEGATED_SHOULDER = ("shoulder_r_x", "shoulder_r_y", "shoulder_l_x", "shoulder_l_y")


def _mirror_sign(name: str) -> float:
    """-1 where SKEL's axis keeps its direction in the mirror; leg axes are mirrored."""
    negated = name.endswith(_NEGATED_BY_MIRROR) or name.startswith(_NEGATED_BY_SIDE)
    return -1.0 if negated or name in _NEGATED_SHOULDER else 1.0


MIRROR_INDEX: Final = np.array([INDEX[_partner(name)] for name in NAMES])
"""The source index of each angle of the mirror image; (46,)."""

MIRROR_SIGN: Final = np.array([_mirror_sign(name) for name in NAMES])
"""The sign of each angle of the mirror image; (46,)."""


def mirror(angles: FloatArray) -> FloatArray:
    """The walk seen in a mirror: left and right exchanged. Angles (..., 46)."""
    swapped: FloatArray = angles[..., MIRROR_INDEX] * MIRROR_SIGN
    return swapped.astype(angles.dtype)


_LIMITS: Final = np.array([angle.limits for angle in ANGLES]).T
_SCAPULAE: Final = np.array([name.startswith("scapula") for name in NAMES])


def outside_limits(angles: FloatArray, tolerance_deg: float = 10.0) -> tuple[str, ...]:
    """Names of angles whose median exceeds the soft limits by more than the tolerance.

    Angles (T, 46) in radians, gravity frame. Unobserved angles are ignored, as are the
    scapulae, which real estimates always place outside.
    """
    observed = ~np.isnan(angles).all(axis=0) & ~_SCAPULAE
    middle = np.full(COUNT, np.nan)
    if observed.any():
        middle[observed] = np.rad2deg(np.nanmedian(angles[:, observed], axis=0))
    outside = (middle < _LIMITS[0] - tolerance_deg) | (
        middle > _LIMITS[1] + tolerance_deg
    )
    return tuple(NAMES[i] for i in np.flatnonzero(outside))
