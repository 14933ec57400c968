"""How evaluators differ, against SciPy, whatever the number of their choices."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from scipy import stats

from annotations.core.statistics.estimate import Reasons
from annotations.core.statistics.raters import freeman_halton, raters
from annotations.core.statistics.table import rating_table
from tests.annotations.core.studies import paper_study


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


def test_of_a_study_that_nobody_answered_no_evaluator_has_readings() -> None:
    blank = [
        replace(o, scores=dict.fromkeys(o.scores), best=None, second=None)
        for o in paper_study()
    ]
    found = raters(rating_table(blank), "further", Reasons()).raters
    assert found
    assert {one.readings for one in found} == {0}
    answered = raters(rating_table(paper_study()), "further", Reasons()).raters
    assert sum(one.readings for one in answered) == 52
