"""Combine events into steps and strides, never across a gap or a pause.

A step is named after the foot that ends it: the left step runs from the right heel
strike to the left one. A stride runs from a heel strike to the next of the same foot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from gaitmodel.core.features.events import observed_stretches
from gaitmodel.core.records import FloatArray, GaitEvents, PoseSequence, Side

_PAUSE_STEPS: Final = 2.5
_PAUSE_S: Final = 1.2
"""A step this long, and ``_PAUSE_STEPS`` times the median, is a pause in walking."""

Strike = tuple[float, Side]


@dataclass(frozen=True)
class Stride:
    """One gait cycle of one foot, seconds; the shares are of its duration (0..1)."""

    side: Side
    start: float
    end: float
    toe_off: float | None
    single_support: float | None
    double_support: float | None

    @property
    def duration(self) -> float:
        return self.end - self.start

    @property
    def swing(self) -> float | None:
        if self.toe_off is None:
            return None
        return (self.end - self.toe_off) / self.duration


def other(side: Side) -> Side:
    return Side.RIGHT if side is Side.LEFT else Side.LEFT


def walking_runs(events: GaitEvents, pose: PoseSequence) -> list[list[Strike]]:
    """Uninterrupted runs of alternating heel strikes, each at least two long."""
    strikes = sorted(
        (float(time), side) for side in Side for time in events.heel_strikes(side)
    )
    limits = [
        (first / pose.fps - 0.1, end / pose.fps)
        for first, end in observed_stretches(pose)
    ]
    steps = [b[0] - a[0] for a, b in pairwise(strikes)]
    pause = max(_PAUSE_S, _PAUSE_STEPS * float(np.median(steps))) if steps else 0.0
    runs: list[list[Strike]] = []
    for strike in strikes:
        if runs and _continues(runs[-1][-1], strike, pause, limits):
            runs[-1].append(strike)
        else:
            runs.append([strike])
    return [run for run in runs if len(run) >= 2]


def _continues(
    before: Strike, strike: Strike, pause: float, limits: list[tuple[float, float]]
) -> bool:
    together = any(a <= before[0] and strike[0] <= b for a, b in limits)
    alternating = before[1] is not strike[1]
    return together and alternating and strike[0] - before[0] <= pause


def step_times(runs: Sequence[Sequence[Strike]], side: Side) -> FloatArray:
    """Durations (n,) in seconds of the steps that end with ``side``'s heel strike."""
    return np.array(
        [b[0] - a[0] for run in runs for a, b in pairwise(run) if b[1] is side]
    )


def strides(
    events: GaitEvents, runs: Sequence[Sequence[Strike]], side: Side
) -> list[Stride]:
    """The complete gait cycles of one foot."""
    found = []
    for run in runs:
        for start, middle, end in zip(run, run[1:], run[2:], strict=False):
            if start[1] is side:
                found.append(_stride(events, side, start[0], middle[0], end[0]))
    return found


def _stride(
    events: GaitEvents, side: Side, start: float, middle: float, end: float
) -> Stride:
    """Supports from overlaps: own stance is [start, off], the other foot's swing
    [other_off, middle]. A runner's flight phase counts as neither support."""
    off = _only_between(events.toe_offs(side), start, end)
    # A runner's other foot leaves before this one strikes.
    earliest = start - 0.5 * (middle - start)
    other_off = _only_between(events.toe_offs(other(side)), earliest, middle)
    if off is None or other_off is None:
        return Stride(side, start, end, off, None, None)
    duration = end - start
    alone = min(off, middle) - max(start, other_off)
    both = max(0.0, other_off - start) + max(0.0, off - middle)
    return Stride(side, start, end, off, alone / duration, both / duration)


def _only_between(times: FloatArray, start: float, end: float) -> float | None:
    """The only event inside (start, end); ``None`` if there are several or none."""
    inside = times[(times > start) & (times < end)]
    return float(inside[0]) if len(inside) == 1 else None
