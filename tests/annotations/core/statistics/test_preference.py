"""Best choices against R's binom.test, by enumeration, and by property."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.preference import (
    best_counts,
    binomial,
    label_permutation,
)
from annotations.core.statistics.table import NO_CHOICE


def test_the_papers_36_of_52_equals_r() -> None:
    """R: binom.test(36, 52, 1/3) and prop.test(..., correct = FALSE)."""
    result = binomial(36, 52, 1 / 3)
    assert result.p_two_sided == pytest.approx(1.52107268521732e-07, rel=1e-12)
    assert result.p_greater == pytest.approx(1.33287325975924e-07, rel=1e-12)
    assert result.clopper_pearson == pytest.approx(
        (0.548976017783368, 0.812826630800221), rel=1e-12
    )
    assert result.wilson == pytest.approx(
        (0.557304111752943, 0.800852720507110), rel=1e-12
    )


def test_no_choice_at_all_is_not_estimable() -> None:
    with pytest.raises(NotEstimable):
        binomial(0, 0, 1 / 3)


def test_six_patients_who_always_choose_one_system_reach_the_floor() -> None:
    counts = np.array([[9, 0, 0]] * 4 + [[8, 0, 0]] * 2)
    result = label_permutation(counts, 0)
    assert result.p_two_sided == pytest.approx(3.0**-6)
    assert result.floor == pytest.approx(3.0**-6)


def enumerated(counts: np.ndarray, column: int) -> tuple[float, float]:
    """Relabel the systems in every cluster in every way, and count."""
    systems = counts.shape[1]
    centre = counts.sum() / systems
    observed = counts[:, column].sum()
    totals = [
        sum(row[label[column]] for row, label in zip(counts, labels, strict=True))
        for labels in product(permutations(range(systems)), repeat=len(counts))
    ]
    away = np.abs(np.array(totals) - centre)
    two_sided = np.mean(away >= abs(observed - centre) - 1e-9)
    return float(two_sided), float(np.mean(np.array(totals) >= observed))


@given(
    st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=2, max_size=4),
    st.integers(0, 2),
)
def test_the_convolution_equals_full_enumeration(
    rows: list[tuple[int, int, int]], column: int
) -> None:
    counts = np.array(rows)
    if not counts.any():
        return
    result = label_permutation(counts, column)
    two_sided, greater = enumerated(counts, column)
    assert result.p_two_sided == pytest.approx(two_sided)
    assert result.p_greater == pytest.approx(greater)
    assert result.floor <= result.p_two_sided + 1e-12


def test_one_cluster_cannot_be_permuted() -> None:
    with pytest.raises(NotEstimable, match="one cluster"):
        label_permutation(np.array([[5, 1, 0]]), 0)


def test_a_reading_that_chose_none_counts_for_no_system() -> None:
    best = np.array([0, NO_CHOICE, 2, 0])
    clusters = np.array([7, 7, 9, 9])
    assert best_counts(best, clusters, 3).tolist() == [[1, 0, 0], [1, 0, 1]]
