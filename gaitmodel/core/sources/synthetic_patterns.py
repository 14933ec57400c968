"""How each gait class changes normal walking, and how one walker differs from another.

The knobs follow medians measured with HSMR on public films and the literature (normal:
cadence 100-120; Parkinson's: Pistacchi 2017, Lewek 2010; cerebral palsy: Morais Filho
2014; myopathic: D'Angelo 2009; DCM: Lee 2021, Kalsi-Ryan 2020). They serve to test
the pipeline; a model that distinguishes these walkers has proved nothing clinical.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gaitmodel.core.taxonomy import GaitClass


@dataclass(frozen=True)
class Pattern:
    """Gains multiply the swing of a normal curve; offsets are in degrees."""

    cadence_spm: float = 112.0
    stance: float = 0.61
    stride_cv: float = 0.02
    hip_gain: float = 1.0
    hip_offset: float = 0.0
    knee_gain: float = 1.0
    knee_offset: float = 0.0
    ankle_gain: float = 1.0
    ankle_offset: float = 0.0
    adduction_offset: float = -2.0
    trunk_lean: float = 3.0
    lordosis: float = 0.0
    list_gain: float = 1.0
    sway_gain: float = 1.0
    rotation_gain: float = 1.0
    arm_gain: float = 1.0
    elbow_offset: float = -14.0
    timing_lag: float = 0.0
    """How much later than half a stride the left foot strikes, in strides."""
    weak_side: float = 0.0
    """Share of the amplitude lost by the weaker leg."""


PATTERNS: Final[dict[GaitClass, Pattern]] = {
    GaitClass.NORMAL: Pattern(),
    GaitClass.ABNORMAL: Pattern(
        cadence_spm=94, stance=0.63, stride_cv=0.035, hip_gain=0.85, knee_gain=0.82,
        trunk_lean=7, sway_gain=2.2, arm_gain=0.7, timing_lag=0.06, weak_side=0.35,
    ),
    GaitClass.STYLE: Pattern(
        cadence_spm=118, stance=0.60, hip_gain=1.2, knee_gain=1.08, adduction_offset=3,
        trunk_lean=-1, list_gain=2.4, sway_gain=1.5, rotation_gain=2.0, arm_gain=1.9,
    ),
    GaitClass.EXERCISE: Pattern(
        cadence_spm=88, stance=0.58, stride_cv=0.025, hip_gain=1.35, hip_offset=16,
        knee_gain=1.3, knee_offset=14, arm_gain=1.7, elbow_offset=18, trunk_lean=1,
    ),
    GaitClass.PARKINSONS: Pattern(
        cadence_spm=106, stance=0.66, stride_cv=0.06, hip_gain=0.42, hip_offset=9,
        knee_gain=0.5, knee_offset=6, ankle_gain=0.5, trunk_lean=22, list_gain=0.6,
        rotation_gain=0.4, arm_gain=0.2, elbow_offset=18,
    ),
    GaitClass.CEREBRAL_PALSY: Pattern(
        cadence_spm=92, stance=0.64, stride_cv=0.045, hip_gain=0.72, hip_offset=16,
        knee_gain=0.52, knee_offset=16, ankle_gain=0.6, ankle_offset=-9,
        adduction_offset=6, trunk_lean=9, list_gain=1.7, sway_gain=1.8, arm_gain=0.6,
        elbow_offset=30, timing_lag=0.02, weak_side=0.1,
    ),
    GaitClass.MYOPATHIC: Pattern(
        cadence_spm=90, stance=0.63, stride_cv=0.03, hip_gain=0.9, knee_gain=0.95,
        adduction_offset=-7, trunk_lean=-6, lordosis=11, list_gain=2.8, sway_gain=3.6,
        rotation_gain=1.4, arm_gain=1.0,
    ),
    GaitClass.DCM: Pattern(
        cadence_spm=84, stance=0.67, stride_cv=0.055, hip_gain=0.68, knee_gain=0.72,
        ankle_gain=0.5, adduction_offset=-8, trunk_lean=8, sway_gain=1.5, arm_gain=0.6,
        timing_lag=0.015, weak_side=0.08,
    ),
}  # fmt: skip


def personal(pattern: Pattern, rng: np.random.Generator) -> Pattern:
    """One walker's own version of a class: pace, amplitudes, posture, asymmetry."""

    def gain(value: float) -> float:
        return float(value * rng.normal(1.0, 0.08))

    return replace(
        pattern,
        cadence_spm=float(pattern.cadence_spm * rng.normal(1.0, 0.05)),
        stance=float(np.clip(rng.normal(pattern.stance, 0.008), 0.56, 0.72)),
        stride_cv=gain(pattern.stride_cv),
        hip_gain=gain(pattern.hip_gain),
        hip_offset=float(rng.normal(pattern.hip_offset, 2.0)),
        knee_gain=gain(pattern.knee_gain),
        knee_offset=float(pattern.knee_offset + abs(rng.normal(0, 2.0))),
        adduction_offset=float(rng.normal(pattern.adduction_offset, 1.0)),
        trunk_lean=float(rng.normal(pattern.trunk_lean, 2.0)),
        list_gain=gain(pattern.list_gain),
        sway_gain=gain(pattern.sway_gain),
        arm_gain=gain(pattern.arm_gain) * float(rng.uniform(0.85, 1.15)),
        elbow_offset=float(rng.normal(pattern.elbow_offset, 5.0)),
        timing_lag=float(
            rng.normal(0, 0.006) + rng.choice((-1, 1)) * pattern.timing_lag
        ),
    )
