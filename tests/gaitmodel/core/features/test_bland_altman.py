"""Limits of agreement: by hand, with repeated walks, and for too few subjects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitmodel.core.features.bland_altman import Pair, agreement
from gaitmodel.core.features.bland_altman_plot import bland_altman_svg

# Peak expiratory flow by two meters, litres a minute (Bland & Altman, Lancet 327, 1986,
# table 1: Wright and mini Wright, first and second readings of 17 subjects).
WRIGHT = [
    494,
    395,
    516,
    434,
    476,
    557,
    413,
    442,
    650,
    433,
    417,
    656,
    267,
    478,
    178,
    423,
    427,
]
MINI = [
    512,
    430,
    520,
    428,
    500,
    600,
    364,
    380,
    658,
    445,
    432,
    626,
    260,
    477,
    259,
    350,
    451,
]


def pairs_of(film: list[float], mat: list[float]) -> list[Pair]:
    both = zip(film, mat, strict=True)
    return [Pair(f"c{i}", f"s{i}", a, b) for i, (a, b) in enumerate(both)]


def test_the_published_peak_flow_limits_are_found() -> None:
    found = agreement(pairs_of(WRIGHT, MINI))
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    # The paper doubles the deviation; 1.96 is used here.
    assert found.lower == pytest.approx(-2.1 - 1.96 * 38.8, abs=0.2)
    assert found.upper == pytest.approx(-2.1 + 1.96 * 38.8, abs=0.2)
    low, high = found.bias_ci or (0, 0)
    assert (low, high) == pytest.approx((-22.0, 17.8), abs=0.2)


def test_repeated_walks_of_a_subject_do_not_count_as_subjects() -> None:
    once = agreement(pairs_of(WRIGHT, MINI))
    twice = agreement(pairs_of(WRIGHT, MINI) * 2)
    assert twice.subjects == once.subjects
    assert twice.bias == pytest.approx(once.bias)
    assert twice.bias_ci == pytest.approx(once.bias_ci)


@given(st.integers(0, 2**32 - 1))
def test_both_sources_of_variance_make_the_deviation_of_a_single_walk(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    person = np.repeat(rng.normal(0, 3, 400), 4)
    gap = person + rng.normal(0, 4, 1600)
    pairs = [Pair(str(i), str(i // 4), 100 + g, 100.0) for i, g in enumerate(gap)]
    assert agreement(pairs).sd == pytest.approx(5, rel=0.1)


def test_two_subjects_are_too_few_and_it_says_so() -> None:
    found = agreement(pairs_of(WRIGHT[:2], MINI[:2]))
    assert found.lower is None
    assert found.reason == "needs at least 3 subjects with both, has 2"


def test_the_plot_has_a_dot_a_walk_and_draws_equal_values() -> None:
    pairs = pairs_of(WRIGHT, MINI)
    svg = bland_altman_svg("cadence", "steps/min", pairs, agreement(pairs))
    assert svg.count("<circle") == 17
    same = pairs_of([100.0] * 3, [100.0] * 3)
    assert "nan" not in bland_altman_svg("x", "s", same, agreement(same))
