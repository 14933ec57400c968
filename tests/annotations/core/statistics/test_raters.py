"""How evaluators differ, against SciPy, whatever the number of their choices."""

from __future__ import annotations

from itertools import permutations

import pytest
from scipy import stats

from annotations.core.statistics.raters import freeman_halton


@pytest.mark.parametrize("size", [600, 1500])
def test_hundreds_of_choices_give_fishers_p(size: int) -> None:
    """The number of ways to make 600 choices twice is beyond any float."""
    one, other = size // 2, size // 2 + 23
    theirs = stats.fisher_exact([[one, size - one], [other, size - other]]).pvalue
    found = freeman_halton([(one, size), (other, size)])
    assert found == pytest.approx(theirs, rel=1e-9)


def test_the_order_of_the_evaluators_decides_nothing() -> None:
    """Two small rows and a large one: any order is enumerated, to the same p."""
    rows = [(2, 9), (5, 9), (1500, 3000)]
    found = {freeman_halton(list(order)) for order in permutations(rows)}
    assert len(found) == 1
