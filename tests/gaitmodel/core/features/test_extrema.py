"""Turning points."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gaitmodel.core.features.extrema import (
    between_frames,
    low_pass,
    period_of,
    turning_points,
)


@given(st.integers(0, 2**32 - 1))
def test_turning_points_alternate_and_are_never_at_the_ends(seed: int) -> None:
    signal = np.cumsum(np.random.default_rng(seed).normal(size=120))
    points = turning_points(signal, 30.0, 0.1, 0.0)
    assert all(
        a[1] == -b[1] and a[0] < b[0] for a, b in zip(points, points[1:], strict=False)
    )
    assert all(0 < frame < 119 for frame, _ in points)


def test_a_drifting_sine_gives_every_peak_and_trough() -> None:
    times = np.arange(180) / 30
    signal = np.sin(2 * np.pi * times) + 0.5 * times
    points = turning_points(signal, 30.0, 0.2, 0.0)
    assert [sign for _, sign in points] == [1, -1] * 6


def test_a_flicker_between_two_steps_takes_none_of_them_away() -> None:
    times = np.arange(180) / 30
    signal = np.sin(2 * np.pi * times)
    signal[48:51] += (0.4, 0.6, 0.4)
    points = turning_points(signal, 30.0, 0.1, 0.0)
    peaks = 30 * (0.25 + 0.5 * np.arange(12))
    np.testing.assert_allclose([frame for frame, _ in points], peaks, atol=1)


def test_a_ripple_below_the_floor_gives_none() -> None:
    signal = 0.001 * np.sin(np.arange(200))
    assert turning_points(signal, 30.0, 0.1, 0.006) == []


def test_the_peak_of_a_parabola_is_found_between_frames() -> None:
    frames = np.arange(11)
    assert abs(between_frames(-((frames - 5.3) ** 2), 5) - 5.3) < 1e-9


@given(st.floats(0.7, 2.2), st.floats(0, 0.5))
def test_the_period_of_a_noisy_sine_is_its_own(period: float, noise: float) -> None:
    times = np.arange(300) / 30
    signal = np.sin(2 * np.pi * times / period)
    signal += np.random.default_rng(1).normal(0, noise, len(times))
    assert abs(period_of(low_pass(signal, 30.0, 3.0), 30.0) / 30 - period) < 0.1


def test_a_walk_that_stands_still_has_no_period() -> None:
    assert period_of(np.zeros(100), 30.0) == 0
    assert period_of(np.arange(100.0), 30.0) == 0
