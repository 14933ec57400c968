"""Lower the quality of numbers that the walk or its frame rate cannot support."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from gaitmodel.core.features.events import foot_lead
from gaitmodel.core.features.judge import doubted
from gaitmodel.core.features.strides import Strike
from gaitmodel.core.records import FloatArray, Metric, PoseSequence, Side

STANDING: Final = "the feet hardly pass each other: the walker may be standing"
SHORTEST_STEP: Final = 0.05
"""Change of the feet's lead from strike to strike, body heights. An estimator's jitter
of three degrees gives 0.044, the shortest steps of shufflers in real films 0.065."""

FLIGHT: Final = (
    "a foot in the air for over half of the stride at a walking cadence: "
    "a leap, a walk backwards, or a toe-off found too early"
)
_RUNNING_SPM: Final = 140.0

COARSE_FPS: Final = 10.0
"""Below this, double support is off by more than 3 points of a plate trial's 25, and
the knee's range by more than 5 degrees; cadence and step times are not."""

_PHASES: Final = ("swing", "stance", "single_support", "double_support")
_PHASE_PEAKS: Final = ("_stance_peak", "_swing_peak")


def doubt_metrics(
    metrics: Sequence[Metric], runs: Sequence[Sequence[Strike]], pose: PoseSequence
) -> list[Metric]:
    """The metrics, with low quality for those affected by a doubt found here."""
    found = list(metrics)
    if _stands(runs, pose):
        found = [doubted(m, STANDING) if _rests_on_steps(m) else m for m in found]
    if pose.fps < COARSE_FPS:
        too_few = f"{pose.fps:g} frames per second are too few for it"
        found = [doubted(m, too_few) if _needs_frames(m) else m for m in found]
    if flying := _flying(found):
        found = [
            doubted(m, FLIGHT) if _rests_on_toe_off(m, flying) else m for m in found
        ]
    return found


def _stands(runs: Sequence[Sequence[Strike]], pose: PoseSequence) -> bool:
    """Whether the median step is so short that it may be jitter."""
    lead = foot_lead(pose)
    steps = [
        abs(_at(lead, b[0], pose.fps) - _at(lead, a[0], pose.fps))
        for run in runs
        for a, b in pairwise(run)
    ]
    return bool(steps) and float(np.median(steps)) < SHORTEST_STEP


def _at(signal: FloatArray, seconds: float, fps: float) -> float:
    return float(signal[min(round(seconds * fps), len(signal) - 1)])


def _flying(metrics: Sequence[Metric]) -> list[Side]:
    """The sides that swing for over half of the stride while not running."""
    by_key = {metric.key: metric.value for metric in metrics}
    if (by_key["cadence_spm"] or 0.0) > _RUNNING_SPM:
        return []
    return [side for side in Side if (by_key[f"swing_percent_{side}"] or 0.0) > 50]


def _rests_on_steps(metric: Metric) -> bool:
    return metric.unit != "count" and metric.key != "trunk_lean_deg"


def _needs_frames(metric: Metric) -> bool:
    is_angle = metric.unit == "deg" and metric.key != "trunk_lean_deg"
    return is_angle or metric.key.startswith(_PHASES)


def _rests_on_toe_off(metric: Metric, sides: Sequence[Side]) -> bool:
    if "support" in metric.key or metric.key == "swing_asymmetry_points":
        return True
    is_peak = any(name in metric.key for name in _PHASE_PEAKS)
    return metric.side in sides and (is_peak or metric.key.startswith(_PHASES))
