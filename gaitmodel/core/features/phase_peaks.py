"""Peaks of hip, knee and ankle in stance and in swing, as gait laboratories name them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from gaitmodel.core.features.judge import mean_of
from gaitmodel.core.features.strides import Stride
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import FloatArray, Metric, PoseSequence, Side


class Phase(StrEnum):
    LOADING = "loading"  # the first half of stance, before the heel rises
    STANCE = "stance"
    SWING = "swing"


_PLAN: Final = (
    ("hip_extension_stance_peak_{}_deg", "hip_flexion_{}", -1.0, Phase.STANCE),
    ("hip_flexion_swing_peak_{}_deg", "hip_flexion_{}", 1.0, Phase.SWING),
    ("knee_flexion_stance_peak_{}_deg", "knee_angle_{}", 1.0, Phase.LOADING),
    ("knee_flexion_swing_peak_{}_deg", "knee_angle_{}", 1.0, Phase.SWING),
    ("ankle_dorsiflexion_stance_peak_{}_deg", "ankle_angle_{}", 1.0, Phase.STANCE),
    ("ankle_dorsiflexion_swing_peak_{}_deg", "ankle_angle_{}", 1.0, Phase.SWING),
)


def phase_peaks(
    pose: PoseSequence, cycles: Sequence[Stride], side: Side
) -> list[Metric]:
    """Means over strides in degrees; strides without a toe-off have no phases.

    The stance peak of the knee is that of the loading response: the flexion at the end
    of stance already belongs to the swing.
    """
    found = []
    for key, angle, sign, phase in _PLAN:
        degrees = sign * np.rad2deg(
            pose.angles[:, INDEX[angle.format(side[0])]].astype(float)
        )
        peaks = [
            float(part.max())
            for part in (_part(degrees, pose.fps, s, phase) for s in cycles)
            if len(part) and np.isfinite(part).all()
        ]
        reason = _why_none(degrees, cycles)
        found.append(mean_of(key.format(side), peaks, "deg", "stride", reason, side))
    return found


def _part(degrees: FloatArray, fps: float, stride: Stride, phase: Phase) -> FloatArray:
    """The frames of one phase of a stride; empty without a toe-off."""
    if stride.toe_off is None:
        return degrees[:0]
    start, off = stride.start, stride.toe_off
    span = {
        Phase.LOADING: (start, start + (off - start) / 2),
        Phase.STANCE: (start, off),
        Phase.SWING: (off, stride.end),
    }[phase]
    return degrees[round(span[0] * fps) : round(span[1] * fps) + 1]


def _why_none(degrees: FloatArray, cycles: Sequence[Stride]) -> str:
    if not np.isfinite(degrees).any():
        return "the angle is not observed"
    return "no stride with a toe-off" if cycles else "no whole stride"
