"""Stretches of a film join, and their share is right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.core.ratings.attention import coverage, merged

TIMES = st.floats(0, 10)
STRETCHES = st.lists(st.tuples(TIMES, TIMES))


def test_overlapping_stretches_join() -> None:
    assert merged([(2, 3), (0, 1), (0.5, 2.5), (5, 5)]) == [(0, 3)]


def test_half_the_film() -> None:
    assert coverage([(0, 1), (3, 9)], 4) == 0.5


def test_a_film_without_a_length_has_no_share() -> None:
    with pytest.raises(ValueError, match="longer than 0 s"):
        coverage([], 0)


@given(STRETCHES)
def test_joined_stretches_are_in_order_and_apart(stretches) -> None:
    joined = merged(stretches)
    assert all(start < end for start, end in joined)
    assert all(a[1] < b[0] for a, b in zip(joined, joined[1:], strict=False))


@given(STRETCHES, st.floats(0.1, 10))
def test_the_share_lies_between_nothing_and_all(stretches, film_s) -> None:
    assert 0 <= coverage(stretches, film_s) <= 1
