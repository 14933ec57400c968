"""Agreement against published examples and the krippendorff package."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.core.statistics.agreement import gwet_ac2, krippendorff_alpha
from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.icc import icc_2_1

FIVE = (1, 2, 3, 4, 5)
NAN = np.nan
# Krippendorff (2011), the four observers of 12 units; ordinal alpha is 0.815.
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
# Shrout & Fleiss (1979), table 2: six targets, four judges; ICC(2,1) is 0.29.
SHROUT_FLEISS = np.array(
    [
        [9, 2, 5, 8],
        [6, 1, 3, 2],
        [8, 4, 6, 8],
        [7, 1, 2, 6],
        [10, 5, 6, 9],
        [6, 2, 4, 7],
    ],
    dtype=float,
)


def test_alpha_equals_krippendorffs_own_example() -> None:
    assert krippendorff_alpha(OBSERVERS, FIVE) == pytest.approx(0.815, abs=5e-4)


@given(st.integers(0, 10_000))
def test_alpha_equals_the_krippendorff_package(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ratings = rng.integers(1, 6, (8, 3)).astype(float)
    ratings[rng.random((8, 3)) < 0.2] = NAN
    try:
        ours = krippendorff_alpha(ratings, FIVE)
    except NotEstimable:
        return
    theirs = krippendorff.alpha(
        reliability_data=ratings.T, level_of_measurement="ordinal", value_domain=FIVE
    )
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_icc_equals_shrout_and_fleiss() -> None:
    assert icc_2_1(SHROUT_FLEISS) == pytest.approx(0.29, abs=5e-3)


def test_ac2_is_one_for_perfect_agreement() -> None:
    ratings = np.repeat(np.array([[1.0], [3.0], [5.0], [3.0]]), 2, axis=1)
    assert gwet_ac2(ratings, FIVE) == pytest.approx(1)


def test_without_overlap_nothing_is_estimable() -> None:
    alone = np.array([[1.0, NAN], [NAN, 4.0]])
    for statistic in (
        lambda: krippendorff_alpha(alone, FIVE),
        lambda: gwet_ac2(alone, FIVE),
        lambda: icc_2_1(alone),
    ):
        with pytest.raises(NotEstimable, match="no case was read by two"):
            statistic()
