"""Ranges and peaks of joint angles, per stride where strides are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from gaitmodel.core.features.hidden import doubt_what_is_hidden
from gaitmodel.core.features.judge import (
    GOOD_FROM,
    difference_of,
    doubted,
    mean_of,
    measured,
    missing,
    rests_on,
)
from gaitmodel.core.features.phase_peaks import phase_peaks
from gaitmodel.core.features.strides import Stride
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import FloatArray, Metric, PoseSequence, Side, View

_TRUNK: Final = ("pelvis_tilt", "lumbar_extension", "thorax_extension")

SEEN_FROM: Final = 0.5
"""Least share of frames with an observed trunk for a mean of good quality."""

FASTEST_TURN_DPS: Final = 1500.0
"""Degrees a second: a pirouette; half a turn within a video frame is 5,400."""

Reduce = Callable[[FloatArray], float]


def _range(values: FloatArray) -> float:
    return float(np.max(values) - np.min(values))


def _range_beside_turn(values: FloatArray) -> float:
    """The range without the walker's own turn (from the stride's start to its end)."""
    return _range(values - np.linspace(values[0], values[-1], len(values)))


def range_metrics(
    pose: PoseSequence, cycles: Mapping[Side, Sequence[Stride]], view: View
) -> list[Metric]:
    """Angle metrics in degrees of a gravity-frame pose; signs as in ``pose.skel``."""
    degrees = np.rad2deg(pose.angles.astype(float))
    found = [_trunk_lean(degrees)]
    for key, name, reduce in (
        ("pelvis_list_rom_deg", "pelvis_list", _range),
        ("pelvis_rotation_rom_deg", "pelvis_rotation", _range_beside_turn),
        ("trunk_bend_rom_deg", "lumbar_bending", _range),
    ):
        column = degrees[:, INDEX[name]]
        if name == "pelvis_rotation":
            column = _continuous(column)
        metric = _of_both_sides(key, column, pose.fps, cycles, reduce)
        if name == "pelvis_rotation" and _flips(column, pose.fps):
            metric = doubted(metric, "the estimator takes front for back at times")
        found.append(metric)
    for side in Side:
        mine = _side_metrics(degrees, pose.fps, cycles[side], side)
        mine += phase_peaks(pose, cycles[side], side)
        found += doubt_what_is_hidden(mine, pose, view, side)
    return found + _asymmetries(found)


def _continuous(column: FloatArray) -> FloatArray:
    """Undo jumps at +-180 degrees between observed frames."""
    unwrapped = column.copy()
    seen = np.isfinite(column)
    unwrapped[seen] = np.unwrap(column[seen], period=360)
    return unwrapped


def _flips(column: FloatArray, fps: float) -> bool:
    """Whether the walker seems to turn faster than is humanly possible."""
    speed = np.abs(np.diff(column)) * fps
    return bool((speed[np.isfinite(speed)] > FASTEST_TURN_DPS).any())


def _trunk_lean(degrees: FloatArray) -> Metric:
    """Mean forward lean of the trunk against gravity; forward positive.

    Where the pelvic tilt is never observed, the spine's angles are already the trunk's
    against the vertical (``pose.landmark_angles``).
    """
    columns = degrees[:, [INDEX[name] for name in _TRUNK]]
    no_pelvis = bool(np.isnan(columns[:, 0]).all())
    lean = -(columns[:, 1:] if no_pelvis else columns).sum(axis=1)
    frames = len(lean)
    lean = lean[np.isfinite(lean)]
    reason = "pelvic tilt or trunk angles are not observed"
    metric = mean_of("trunk_lean_deg", lean, "deg", "frame", reason)
    if metric.n >= GOOD_FROM and metric.n < SEEN_FROM * frames:
        metric = doubted(metric, f"observed in {metric.n} of {frames} frames only")
    doubt = "the line from hips to shoulders: the pelvis' tilt is not observed"
    return doubted(metric, doubt) if no_pelvis else metric


def _side_metrics(
    degrees: FloatArray, fps: float, cycles: Sequence[Stride], side: Side
) -> list[Metric]:
    letter = side[0]
    hip = degrees[:, INDEX[f"hip_flexion_{letter}"]]
    knee = degrees[:, INDEX[f"knee_angle_{letter}"]]
    ankle = degrees[:, INDEX[f"ankle_angle_{letter}"]]
    arm = degrees[:, INDEX[f"shoulder_{letter}_z"]]
    adduction = degrees[:, INDEX[f"hip_adduction_{letter}"]]
    plan: list[tuple[str, FloatArray, Reduce]] = [
        ("hip_rom_{}_deg", hip, _range),
        ("hip_flexion_peak_{}_deg", hip, np.max),
        ("hip_extension_peak_{}_deg", -hip, np.max),
        ("hip_adduction_rom_{}_deg", adduction, _range),
        ("knee_rom_{}_deg", knee, _range),
        ("knee_flexion_peak_{}_deg", knee, np.max),
        ("knee_flexion_least_{}_deg", knee, np.min),
        ("ankle_rom_{}_deg", ankle, _range),
        ("arm_swing_{}_deg", arm, _range),
    ]
    return [
        _per_stride(key.format(side), column, fps, cycles, reduce, side)
        for key, column, reduce in plan
    ]


def _of_both_sides(
    key: str,
    column: FloatArray,
    fps: float,
    cycles: Mapping[Side, Sequence[Stride]],
    reduce: Reduce,
) -> Metric:
    """Mean range over both sides' strides; these overlap, so ``n`` is one side's."""
    both = sorted((s for side in Side for s in cycles[side]), key=lambda s: s.start)
    metric = _per_stride(key, column, fps, both, reduce, None)
    whole = [len(_whole(column, fps, cycles[side], reduce)) for side in Side]
    if not any(whole):
        return metric
    doubt = rests_on(max(whole), "stride")
    return measured(key, float(metric.value or 0.0), "deg", max(whole), doubt)


def _whole(
    column: FloatArray, fps: float, cycles: Sequence[Stride], reduce: Reduce
) -> list[float]:
    """The value of each stride that is observed throughout."""
    parts = [column[round(s.start * fps) : round(s.end * fps) + 1] for s in cycles]
    return [reduce(part) for part in parts if len(part) and np.isfinite(part).all()]


def _per_stride(
    key: str,
    column: FloatArray,
    fps: float,
    cycles: Sequence[Stride],
    reduce: Reduce,
    side: Side | None,
) -> Metric:
    """Mean over strides; without strides, over all observed frames, at low quality."""
    seen = column[np.isfinite(column)]
    if len(seen) == 0:
        return missing(key, "deg", "the angle is not observed", side)
    if whole := _whole(column, fps, cycles, reduce):
        return mean_of(key, whole, "deg", "stride", "", side)
    inner = np.clip(seen, *np.percentile(seen, (2, 98)))
    alone = mean_of(key, [reduce(inner)], "deg", "stretch", "", side)
    return Metric(
        key,
        alone.value,
        "deg",
        len(seen),
        alone.quality,
        "taken over all frames, for want of a whole stride",
        side,
    )


def _asymmetries(metrics: Sequence[Metric]) -> list[Metric]:
    """Left minus right in degrees."""
    by_key = {metric.key: metric for metric in metrics}
    return [
        difference_of(
            f"{name}_asymmetry_deg",
            by_key[f"{name}_left_deg"],
            by_key[f"{name}_right_deg"],
            "deg",
        )
        for name in ("hip_rom", "knee_rom", "arm_swing")
    ]
