"""Cadence, times, phases and their variability, from events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from gaitmodel.core.features.judge import (
    difference_of,
    doubted,
    mean_of,
    measured,
    missing,
    variation_of,
)
from gaitmodel.core.features.strides import (
    Stride,
    Strike,
    step_times,
    strides,
    walking_runs,
)
from gaitmodel.core.records import FloatArray, GaitEvents, Metric, PoseSequence, Side

STEP_RANGE_S: Final = (0.25, 1.2)
STRIDE_RANGE_S: Final = (0.5, 2.5)
"""Mean durations outside these are hardly human: the time base is then in doubt."""

SLOW_MOTION: Final = "the time base looks like slow motion or a wrong frame rate"


def temporal_metrics(
    events: GaitEvents, pose: PoseSequence, reason: str
) -> list[Metric]:
    """All metrics derived from events; ``reason`` is given where there are none."""
    runs = walking_runs(events, pose)
    cycles = {side: strides(events, runs, side) for side in Side}
    times = [_cadence(runs, reason)]
    phases: list[Metric] = []
    for side in Side:
        times += _side_times(runs, cycles[side], side, reason)
        phases += _phases(cycles[side], side, reason)
        phases.append(
            variation_of(
                f"stride_time_cv_percent_{side}",
                _durations(cycles[side]),
                reason,
                side,
            )
        )
    if is_suspicious(times):
        times = [doubted(metric, SLOW_MOTION) for metric in times]
    return times + phases + _asymmetries(times + phases) + _counts(events, reason)


def is_suspicious(times: Sequence[Metric]) -> bool:
    """Whether the mean step or stride of either side is outside human range."""
    for metric in times:
        if metric.value is None or metric.unit != "s":
            continue
        low, high = STEP_RANGE_S if metric.key.startswith("step") else STRIDE_RANGE_S
        if not low <= metric.value <= high:
            return True
    return False


def _cadence(runs: Sequence[Sequence[Strike]], reason: str) -> Metric:
    """60 (N - 1) / (last - first), summed over runs: steps per minute."""
    steps = sum(len(run) - 1 for run in runs)
    if steps == 0:
        return missing("cadence_spm", "steps/min", reason)
    seconds = sum(run[-1][0] - run[0][0] for run in runs)
    doubt = f"rests on {steps} step{'s' if steps > 1 else ''} only" if steps < 4 else ""
    return measured("cadence_spm", 60 * steps / seconds, "steps/min", steps, doubt)


def _durations(cycles: Sequence[Stride]) -> FloatArray:
    return np.array([stride.duration for stride in cycles])


def _side_times(
    runs: Sequence[Sequence[Strike]], cycles: Sequence[Stride], side: Side, reason: str
) -> list[Metric]:
    steps = step_times(runs, side)
    return [
        mean_of(f"step_time_{side}_s", steps, "s", "step", reason, side),
        mean_of(
            f"stride_time_{side}_s", _durations(cycles), "s", "stride", reason, side
        ),
    ]


def _phases(cycles: Sequence[Stride], side: Side, reason: str) -> list[Metric]:
    swing = [100 * s.swing for s in cycles if s.swing is not None]
    shares = {
        "swing": swing,
        "stance": [100 - value for value in swing],
        "single_support": [
            100 * s.single_support for s in cycles if s.single_support is not None
        ],
        "double_support": [
            100 * s.double_support for s in cycles if s.double_support is not None
        ],
    }
    why = "no stride with a toe-off" if cycles else reason
    return [
        mean_of(f"{name}_percent_{side}", values, "%", "stride", why, side)
        for name, values in shares.items()
    ]


def _asymmetries(metrics: Sequence[Metric]) -> list[Metric]:
    """Left minus right, in percent of the mean (times) or in points (phases)."""
    by_key = {metric.key: metric for metric in metrics}

    def between(key: str, name: str, unit: str) -> Metric:
        left, right = (by_key[key.format(side=side)] for side in Side)
        return difference_of(name, left, right, unit)

    return [
        between("step_time_{side}_s", "step_time_asymmetry_percent", "%"),
        between("stride_time_{side}_s", "stride_time_asymmetry_percent", "%"),
        between("swing_percent_{side}", "swing_asymmetry_points", "points"),
    ]


def _counts(events: GaitEvents, reason: str) -> list[Metric]:
    counts = []
    for side in Side:
        for name, times in (
            ("heel_strikes", events.heel_strikes(side)),
            ("toe_offs", events.toe_offs(side)),
        ):
            key, n = f"{name}_{side}", len(times)
            counts.append(
                measured(key, n, "count", n, side=side)
                if n or not reason.startswith("the hips")
                else missing(key, "count", reason, side)
            )
    return counts
