"""Peaks in stance and swing: taken in their phase, or not at all."""

import numpy as np
import pytest

from gaitmodel.core.features.measure import measure
from gaitmodel.core.features.metrics import gait_metrics
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import GaitEvents, PoseSequence, Quality, Side

FPS = 100.0
EVENTS = GaitEvents(
    hs_left=np.array([0.5, 1.5, 2.5, 3.5]),
    hs_right=np.array([1.0, 2.0, 3.0, 4.0]),
    to_left=np.array([1.1, 2.1, 3.1]),
    to_right=np.array([0.6, 1.6, 2.6, 3.6]),
)


def stepped(side: Side) -> PoseSequence:
    """A knee at 15 deg while it loads, 30 before it leaves, 60 in swing."""
    frames = np.arange(450)
    angles = np.zeros((450, 46))
    phase = ((frames - 50) % 100) if side is Side.LEFT else (frames % 100)
    knee = np.where(phase < 32, 15.0, np.where(phase < 59, 30.0, 60.0))
    angles[:, INDEX[f"knee_angle_{side[0]}"]] = np.deg2rad(knee)
    return PoseSequence(angles.astype(np.float32), FPS, False, "steps")


@pytest.mark.parametrize("side", list(Side))
def test_each_peak_is_that_of_its_own_phase(side: Side) -> None:
    metrics = gait_metrics(EVENTS, stepped(side))
    loading = metrics[f"knee_flexion_stance_peak_{side}_deg"]
    swing = metrics[f"knee_flexion_swing_peak_{side}_deg"]
    assert (loading.value, swing.value) == pytest.approx((15, 60), abs=1e-3)
    assert loading.n == 3


def test_without_a_toe_off_there_is_no_phase() -> None:
    events = GaitEvents(EVENTS.hs_left, EVENTS.hs_right, np.array([]), np.array([]))
    metric = gait_metrics(events, stepped(Side.LEFT))[
        "knee_flexion_swing_peak_left_deg"
    ]
    assert metric.value is None
    assert metric.reason == "no stride with a toe-off"


def test_an_ankle_that_hardly_moves_is_of_low_quality_in_every_metric() -> None:
    pose = stepped(Side.LEFT)
    metrics = gait_metrics(EVENTS, pose)
    ankles = [m for key, m in metrics.items() if key.startswith("ankle")]
    assert len(ankles) == 6
    assert {m.quality for m in ankles} == {Quality.LOW}
    assert measure(pose).metrics.keys() == metrics.keys()
