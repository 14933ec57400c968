"""One synthetic walk: SKEL-46 angles whose heel strikes and toe-offs are exact.

Strides are laid out in time first; each leg's phase is then warped, monotonically and
smoothly, to be 0 at each heel strike and, at toe-off, the phase where the walker's toe
is farthest behind the hip: by force plates, a foot leaves the ground within 5 ms of
that moment. In normal walking this is at 0.62 of the curves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from gaitmodel.core.pose.kinematics import Proportions
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import FloatArray, GaitEvents
from gaitmodel.core.sources import synthetic_curves as curves
from gaitmodel.core.sources.synthetic_patterns import Pattern

ESTIMATOR_NOISE_DEG = 0.5
"""White noise on every stored angle, as a monocular estimator leaves it."""


@dataclass(frozen=True)
class Walker:
    """A person: how they walk and how they are built; ``weak`` is the weaker leg."""

    pattern: Pattern
    body: Proportions
    weak: str


@dataclass(frozen=True)
class Walk:
    """``angles`` (T, 46) radians, gravity frame; ``contact`` (T, 2) right and left."""

    angles: FloatArray
    events: GaitEvents
    contact: FloatArray


@dataclass(frozen=True)
class _Schedule:
    """Heel strikes and toe-offs of one leg around the film, seconds from its start."""

    strikes: FloatArray
    offs: FloatArray
    off_phase: float

    def phase(self, times: FloatArray) -> FloatArray:
        """Cycles since the first strike; 0 at strikes, ``off_phase`` at toe-offs."""
        knots = np.concatenate([self.strikes, self.offs])
        cycles = np.arange(len(self.strikes), dtype=float)
        values = np.concatenate([cycles, cycles[:-1] + self.off_phase])
        order = np.argsort(knots)
        warped: FloatArray = PchipInterpolator(knots[order], values[order])(times)
        return warped


def walk(
    walker: Walker,
    seconds: float,
    fps: float,
    heading: float,
    rng: np.random.Generator,
) -> Walk:
    """A walk of ``seconds`` with the pelvis turned by ``heading`` (radians) on average."""
    right, left = _schedules(walker, seconds, rng)
    times = np.arange(round(seconds * fps)) / fps
    phases = {"r": right.phase(times), "l": left.phase(times)}
    degrees = np.zeros((len(times), 46))
    for side, phase in phases.items():
        _leg(degrees, side, phase, walker, rng)
        # The arm swings with the opposite leg.
        _arm(degrees, side, phases["l" if side == "r" else "r"], walker.pattern)
    _trunk(degrees, phases["r"], walker.pattern)
    degrees[:, 2] += np.rad2deg(heading)
    contact = [
        phases[side] % 1 < leg.off_phase for side, leg in (("r", right), ("l", left))
    ]
    return Walk(
        np.deg2rad(degrees), _events(right, left, times[-1]), np.stack(contact, axis=1)
    )


def _schedules(
    walker: Walker, seconds: float, rng: np.random.Generator
) -> tuple[_Schedule, _Schedule]:
    """Right and left strides, from two strides before the film to two after it."""
    pattern = walker.pattern
    mean = 120.0 / pattern.cadence_spm
    count = int(np.ceil(seconds / mean)) + 6
    durations = mean * np.clip(rng.normal(1, pattern.stride_cv, count), 0.75, 1.25)
    start = -2 * mean - float(rng.uniform(0, mean))
    right = start + np.concatenate([[0.0], np.cumsum(durations)])
    left = right[:-1] + (0.5 + pattern.timing_lag) * np.diff(right)
    return _with_offs(right, walker, "r"), _with_offs(left, walker, "l")


def _with_offs(strikes: FloatArray, walker: Walker, side: str) -> _Schedule:
    offs = strikes[:-1] + walker.pattern.stance * np.diff(strikes)
    return _Schedule(strikes, offs, _toe_off_phase(walker, side))


def _toe_off_phase(walker: Walker, side: str) -> float:
    """Where in the walker's own curves the toe is farthest behind the hip (cycles)."""
    phase = np.linspace(0.5, 0.75, 26)
    curve = _leg_curves(walker, side, np.ones_like(phase), phase)
    hip, knee, ankle = (
        np.deg2rad(curve[name]) for name in ("hip_flexion", "knee_angle", "ankle_angle")
    )
    body, thigh = walker.body, hip + np.deg2rad(curves.PELVIS_TILT.mean)
    shank, foot = thigh - knee, thigh - knee + ankle
    behind = body.thigh * np.sin(thigh) + body.shank * np.sin(shank)
    behind += body.ankle_height * np.sin(foot) + body.toe_ahead * np.cos(foot)
    least = int(np.clip(np.argmin(behind), 1, len(phase) - 2))
    before, here, after = behind[least - 1 : least + 2]
    # The vertex of a parabola: a grid's own minimum could jump with rounding.
    shift = 0.5 * (before - after) / (before - 2 * here + after)
    return float(phase[least] + shift * (phase[1] - phase[0]))


def _events(right: _Schedule, left: _Schedule, end: float) -> GaitEvents:
    def inside(times: FloatArray) -> FloatArray:
        return times[(times >= 0) & (times <= end)]

    return GaitEvents(
        inside(left.strikes),
        inside(right.strikes),
        inside(left.offs),
        inside(right.offs),
    )


def _leg(
    degrees: FloatArray,
    side: str,
    phase: FloatArray,
    walker: Walker,
    rng: np.random.Generator,
) -> None:
    """Hip, knee and ankle of one leg; each stride varies a little in amplitude."""
    drift = _slow_drift(phase, rng, walker.pattern.stride_cv)
    for name, values in _leg_curves(walker, side, drift, phase).items():
        degrees[:, INDEX[f"{name}_{side}"]] = values


def _leg_curves(
    walker: Walker, side: str, drift: FloatArray, phase: FloatArray
) -> dict[str, FloatArray]:
    """Degrees of the hip, knee and ankle at ``phase``, with a gain of ``drift``."""
    pattern = walker.pattern
    lost = pattern.weak_side if side == walker.weak else 0.0
    power = (1 - lost) * drift
    plan = {
        "hip_flexion": (curves.HIP_FLEXION, pattern.hip_gain, pattern.hip_offset),
        "knee_angle": (curves.KNEE, pattern.knee_gain, pattern.knee_offset),
        "ankle_angle": (curves.ANKLE, pattern.ankle_gain, pattern.ankle_offset),
        "hip_adduction": (
            curves.HIP_ADDUCTION,
            pattern.list_gain**0.5,
            pattern.adduction_offset - curves.HIP_ADDUCTION.mean,
        ),
    }
    found = {
        name: curve.mean + offset + gain * power * curve.swing(phase)
        for name, (curve, gain, offset) in plan.items()
    }
    # A smaller swing around the same mean would leave the stance knee bent.
    bent = (curves.KNEE.mean - 5) * (1 - np.minimum(pattern.knee_gain * power, 1.0))
    found["knee_angle"] = found["knee_angle"] - bent
    return found


def _slow_drift(
    phase: FloatArray, rng: np.random.Generator, spread: float
) -> FloatArray:
    """A gain around 1 that changes from stride to stride, smooth in between."""
    strides = np.arange(np.floor(phase.min()), np.ceil(phase.max()) + 1)
    gains = 1 + np.clip(rng.normal(0, spread, len(strides)), -0.2, 0.2)
    drift: FloatArray = PchipInterpolator(strides, gains)(phase)
    return drift


def _arm(
    degrees: FloatArray, side: str, opposite: FloatArray, pattern: Pattern
) -> None:
    """The arm comes forward with the opposite leg's heel strike."""
    gain = pattern.arm_gain
    # The curve belongs to the arm's own leg: half a cycle from the opposite one.
    phase = opposite + 0.5
    flexion = 4 + gain * curves.SHOULDER_FLEXION.swing(phase)
    elbow = (
        curves.ELBOW.mean
        + pattern.elbow_offset
        + min(gain, 1.2) * curves.ELBOW.swing(phase)
    )
    out = 1 if side == "r" else -1
    degrees[:, INDEX[f"shoulder_{side}_x"]] = out * 41
    degrees[:, INDEX[f"shoulder_{side}_y"]] = out * 8
    degrees[:, INDEX[f"shoulder_{side}_z"]] = flexion
    degrees[:, INDEX[f"elbow_flexion_{side}"]] = np.maximum(elbow, 4)


def _trunk(degrees: FloatArray, phase: FloatArray, pattern: Pattern) -> None:
    """Pelvis and spine; ``phase`` is the right leg's."""
    lean = pattern.trunk_lean
    midline = {
        "pelvis_tilt": (
            curves.PELVIS_TILT.mean - pattern.lordosis,
            curves.PELVIS_TILT,
            1.0,
        ),
        "pelvis_list": (0.0, curves.PELVIS_LIST, pattern.list_gain),
        "pelvis_rotation": (0.0, curves.PELVIS_ROTATION, pattern.rotation_gain),
        "lumbar_bending": (0.0, curves.LUMBAR_BENDING, pattern.sway_gain),
        "lumbar_twist": (0.0, curves.LUMBAR_TWIST, -pattern.rotation_gain),
    }
    for name, (offset, curve, gain) in midline.items():
        degrees[:, INDEX[name]] += offset + gain * curve.swing(phase)
    # The whole trunk leans by ``lean`` against gravity; the head looks ahead.
    upper = -(lean + degrees[:, INDEX["pelvis_tilt"]].mean())
    degrees[:, INDEX["lumbar_extension"]] = 0.6 * upper
    degrees[:, INDEX["thorax_extension"]] = 0.4 * upper
    degrees[:, INDEX["head_extension"]] = 0.6 * lean
