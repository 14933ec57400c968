"""Gait metrics: definitions, honesty about what cannot be measured, consistency."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitmodel.core.features.measure import measure
from gaitmodel.core.features.metrics import gait_metrics
from gaitmodel.core.pose.skel import INDEX, mirror
from gaitmodel.core.records import GaitEvents, Metric, PoseSequence, Quality
from tests.gaitmodel.core.walks import sine_walk

CLEAN = GaitEvents(
    hs_left=np.array([0.5, 1.5, 2.5, 3.5]),
    hs_right=np.array([1.1, 2.1, 3.1, 4.1]),
    to_left=np.array([1.2, 2.2, 3.2]),
    to_right=np.array([0.6, 1.6, 2.6, 3.6]),
)


def by_hand(events: GaitEvents = CLEAN) -> dict[str, Metric]:
    return gait_metrics(events, sine_walk())


def test_metrics_of_clean_events_are_those_computed_by_hand() -> None:
    values = {key: metric.value for key, metric in by_hand().items()}
    assert values["cadence_spm"] == pytest.approx(60 * 7 / 3.6)
    assert values["step_time_left_s"] == pytest.approx(0.4)
    assert values["step_time_right_s"] == pytest.approx(0.6)
    assert values["stride_time_left_s"] == pytest.approx(1.0)
    assert values["swing_percent_left"] == pytest.approx(30)
    assert values["stance_percent_left"] == pytest.approx(70)
    assert values["swing_percent_right"] == pytest.approx(50)
    assert values["single_support_percent_left"] == pytest.approx(50)
    assert values["double_support_percent_left"] == pytest.approx(20)
    assert values["double_support_percent_right"] == pytest.approx(20)
    assert values["stride_time_cv_percent_left"] == pytest.approx(0, abs=1e-6)
    assert values["step_time_asymmetry_percent"] == pytest.approx(-40)
    assert values["heel_strikes_left"] == 4
    assert values["toe_offs_left"] == 3


def test_cadence_counts_intervals_and_not_strikes() -> None:
    two = GaitEvents(np.array([1.0]), np.array([1.5]), np.array([]), np.array([]))
    cadence = by_hand(two)["cadence_spm"]
    assert (cadence.value, cadence.n, cadence.quality) == (120, 1, Quality.LOW)


def test_each_metric_has_a_value_or_a_reason() -> None:
    pose = sine_walk()
    pose.angles[:, INDEX["knee_angle_l"]] = np.nan
    for metric in measure(pose).metrics.values():
        unmeasured = metric.quality is Quality.NOT_MEASURABLE
        assert unmeasured == (metric.value is None)
        assert (metric.quality is Quality.GOOD) == (metric.reason == "")
        assert metric.n > 0 or unmeasured or metric.unit == "count"


def test_an_unobserved_knee_is_a_reason_and_never_a_zero() -> None:
    pose = sine_walk()
    pose.angles[:, INDEX["knee_angle_l"]] = np.nan
    metrics = measure(pose).metrics
    assert metrics["knee_rom_left_deg"].reason == "the angle is not observed"
    assert "not observed" in metrics["cadence_spm"].reason
    assert metrics["heel_strikes_left"].value is None
    assert metrics["knee_rom_right_deg"].value == pytest.approx(66, abs=10)


def test_times_of_a_slow_motion_film_are_of_low_quality() -> None:
    pose = sine_walk(seconds=20, fps=30, stride_s=4.4)
    features = measure(pose)
    assert features.metrics["cadence_spm"].quality is Quality.LOW
    assert "slow motion" in features.metrics["step_time_left_s"].reason
    assert any("slow motion" in warning for warning in features.warnings)
    assert "slow motion" not in features.metrics["swing_percent_left"].reason


def test_a_pause_does_not_stretch_the_steps() -> None:
    walk = sine_walk(seconds=6).angles
    paused = np.concatenate([walk[:99], np.repeat(walk[98:99], 120, 0), walk[99:]])
    cadence = measure(PoseSequence(paused, 30.0, False, "pause")).metrics["cadence_spm"]
    assert cadence.value == pytest.approx(109, abs=6)


def test_a_single_stride_makes_a_value_of_low_quality() -> None:
    metrics = measure(sine_walk(seconds=2.4)).metrics
    stride = metrics["stride_time_right_s"]
    assert stride.quality is Quality.LOW
    assert stride.reason == f"rests on {stride.n} stride only"
    assert metrics["stride_time_cv_percent_right"].value is None


def test_a_trunk_seen_in_a_few_frames_has_no_good_lean() -> None:
    pose = sine_walk()
    names = ("pelvis_tilt", "lumbar_extension", "thorax_extension")
    pose.angles[:, [INDEX[name] for name in names]] = 0.0
    assert measure(pose).metrics["trunk_lean_deg"].quality is Quality.GOOD
    pose.angles[3:, INDEX["lumbar_extension"]] = np.nan
    lean = measure(pose).metrics["trunk_lean_deg"]
    assert lean.quality is Quality.LOW
    assert lean.reason == f"observed in 3 of {len(pose.angles)} frames only"


def test_overlapping_strides_of_both_sides_are_not_counted_twice() -> None:
    left = GaitEvents(
        hs_left=np.array([0.5, 1.5, 2.5]),
        hs_right=np.array([1.1, 2.1, 3.1]),
        to_left=np.array([1.2, 2.2]),
        to_right=np.array([0.6, 1.6, 2.6]),
    )
    pose = sine_walk()
    pose.angles[:, INDEX["pelvis_list"]] = 0.01 * np.arange(len(pose.angles))
    few = gait_metrics(left, pose)["pelvis_list_rom_deg"]
    assert (few.n, few.quality) == (2, Quality.LOW)
    assert few.reason == "rests on 2 strides only"
    enough = gait_metrics(CLEAN, pose)["pelvis_list_rom_deg"]
    assert (enough.n, enough.quality) == (3, Quality.GOOD)
    assert enough.value == pytest.approx(few.value)


def test_a_walker_who_turns_round_turns_no_pelvis() -> None:
    pose = sine_walk(8)
    steady = measure(pose).metrics["pelvis_rotation_rom_deg"].value
    pose.angles[:, INDEX["pelvis_rotation"]] += np.linspace(0, np.pi, len(pose.angles))
    turning = measure(pose).metrics["pelvis_rotation_rom_deg"].value
    assert turning == pytest.approx(steady, abs=0.1)


def test_a_back_taken_for_a_front_is_no_rotation_of_the_pelvis() -> None:
    pose = sine_walk(8)
    pose.angles[60:75, INDEX["pelvis_rotation"]] += np.deg2rad(175)
    rotation = measure(pose).metrics["pelvis_rotation_rom_deg"]
    assert rotation.quality is Quality.LOW
    assert rotation.reason == "the estimator takes front for back at times"


@settings(max_examples=25, deadline=None)
@given(st.floats(0.8, 1.6), st.floats(0.42, 0.58), st.floats(0, 2))
def test_metrics_agree_with_each_other(
    stride_s: float, lag: float, noise_deg: float
) -> None:
    metrics = measure(sine_walk(8, 30, stride_s, noise_deg, lag)).metrics
    values = {key: m.value for key, m in metrics.items() if m.value is not None}
    steps = [values["step_time_left_s"], values["step_time_right_s"]]
    assert values["cadence_spm"] == pytest.approx(60 / np.mean(steps), rel=0.03)
    for side in ("left", "right"):
        assert values[f"stride_time_{side}_s"] == pytest.approx(sum(steps), rel=0.05)
        swing, stance = (
            values[f"swing_percent_{side}"],
            values[f"stance_percent_{side}"],
        )
        assert swing + stance == pytest.approx(100)
        supports = (
            values[f"single_support_percent_{side}"]
            + values[f"double_support_percent_{side}"]
        )
        assert supports == pytest.approx(stance, abs=3)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.8, 1.6), st.floats(0.42, 0.58), st.floats(0, 2))
def test_the_mirror_swaps_every_metric(
    stride_s: float, lag: float, noise_deg: float
) -> None:
    pose = sine_walk(6, 30, stride_s, noise_deg, lag)
    metrics = measure(pose).metrics
    mirrored = measure(replace(pose, angles=mirror(pose.angles))).metrics
    for key, metric in metrics.items():
        swapped = (
            key.replace("left", "*").replace("right", "left").replace("*", "right")
        )
        other = mirrored[swapped]
        assert (metric.quality, metric.n) == (other.quality, other.n)
        if metric.value is not None:
            sign = -1 if "asymmetry" in key else 1
            assert other.value == pytest.approx(sign * metric.value, abs=2e-3, rel=1e-3)
