"""What is given with low quality though steps were found: no walk, or too few frames."""

from dataclasses import replace

import numpy as np
import pytest

from gaitmodel.core.features.doubts import FLIGHT, STANDING
from gaitmodel.core.features.measure import measure
from gaitmodel.core.records import PoseSequence, Quality
from tests.gaitmodel.core.walks import sine_walk


def jitter(degrees: float, seed: int) -> PoseSequence:
    """Somebody who stands, as an estimator sees it: 8 s at 30 frames/s."""
    noise = np.random.default_rng(seed).normal(0, degrees, (240, 46))
    return PoseSequence(np.deg2rad(noise).astype(np.float32), 30.0, False, "still")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("degrees", [0.5, 1.0, 3.0])
def test_the_jitter_of_somebody_who_stands_gives_no_good_steps(
    degrees: float, seed: int
) -> None:
    metrics = measure(jitter(degrees, seed)).metrics
    good = {key for key, m in metrics.items() if m.quality is Quality.GOOD}
    counts = {key for key, m in metrics.items() if m.unit == "count"}
    assert good <= counts | {"trunk_lean_deg"}
    assert STANDING in metrics["cadence_spm"].reason
    assert STANDING in measure(jitter(degrees, seed)).warnings


def test_a_shuffle_of_small_steps_is_still_a_walk() -> None:
    pose = sine_walk(8)
    shuffle = measure(replace(pose, angles=0.25 * pose.angles)).metrics
    assert shuffle["cadence_spm"].quality is Quality.GOOD
    assert shuffle["knee_rom_left_deg"].quality is Quality.GOOD


def test_a_walk_played_backwards_has_no_good_phases() -> None:
    pose = sine_walk(8)
    metrics = measure(replace(pose, angles=pose.angles[::-1].copy())).metrics
    assert metrics["swing_percent_left"].value > 50
    for key in (
        "swing_percent_left",
        "stance_percent_right",
        "double_support_percent_left",
        "swing_asymmetry_points",
        "knee_flexion_swing_peak_right_deg",
    ):
        assert metrics[key].reason == FLIGHT
    assert metrics["cadence_spm"].quality is Quality.GOOD
    assert metrics["knee_flexion_peak_left_deg"].quality is Quality.GOOD


def test_five_frames_a_second_give_no_good_phases_and_ranges() -> None:
    metrics = measure(sine_walk(8, fps=5)).metrics
    for key in (
        "double_support_percent_left",
        "swing_percent_right",
        "knee_rom_left_deg",
    ):
        assert metrics[key].reason == "5 frames per second are too few for it"
    assert metrics["cadence_spm"].quality is Quality.GOOD
    assert measure(sine_walk(8, fps=10)).metrics["knee_rom_left_deg"].reason == ""
