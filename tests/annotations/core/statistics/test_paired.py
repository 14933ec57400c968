"""Wilcoxon, sign-flip, Friedman and Holm against SciPy, statsmodels and enumeration."""

from __future__ import annotations

from itertools import product
from operator import mul

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from annotations.core.report.analysis import analyse
from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.paired import friedman, holm, sign_flip, wilcoxon
from tests.annotations.core.studies import FULL, paper_study

DIFFERENCES = st.lists(st.integers(-4, 4), min_size=1, max_size=11).filter(any)


@given(DIFFERENCES)
def test_wilcoxon_is_exact_with_ties(values: list[int]) -> None:
    moved = np.array([v for v in values if v], dtype=float)
    ranks = stats.rankdata(np.abs(moved))
    w_plus = ranks[moved > 0].sum()
    centre = ranks.sum() / 2
    sums = np.array(
        [ranks[list(signs)].sum() if any(signs) else 0.0
         for signs in (np.array(s, bool) for s in product([0, 1], repeat=len(moved)))]
    )  # fmt: skip
    wanted = np.mean(np.abs(sums - centre) >= abs(w_plus - centre) - 1e-9)
    result = wilcoxon(np.array(values, dtype=float))
    assert result.p == pytest.approx(wanted)
    assert (result.w_plus, result.n) == (w_plus, len(moved))


def test_without_ties_it_equals_scipys_exact_test() -> None:
    values = np.array([1.0, -2.0, 3.0, 4.0, -5.0, 6.0, 7.0, 8.0])
    theirs = stats.wilcoxon(values, method="exact")
    assert wilcoxon(values).p == pytest.approx(theirs.pvalue)


def test_many_pairs_use_the_normal_law_with_continuity_correction() -> None:
    values = np.random.default_rng(0).integers(-4, 5, 6000).astype(float)
    theirs = stats.wilcoxon(
        values[values != 0], correction=True, method="asymptotic"
    ).pvalue
    result = wilcoxon(values)
    assert not result.exact
    assert result.p == pytest.approx(theirs)


def test_all_zero_differences_are_not_estimable() -> None:
    with pytest.raises(NotEstimable):
        wilcoxon(np.zeros(5))


@given(
    st.lists(st.tuples(st.integers(-4, 4), st.integers(0, 5)), min_size=2, max_size=20)
)
def test_the_sign_flip_equals_enumeration(rows: list[tuple[int, int]]) -> None:
    values, clusters = (np.array(column) for column in zip(*rows, strict=True))
    codes = np.unique(clusters, return_inverse=True)[1]
    sums = np.bincount(codes, weights=values)
    if len(sums) < 2 or not sums.any():
        return
    flips = np.array(list(product([-1, 1], repeat=len(sums)))) @ sums
    wanted = np.mean(np.abs(flips) >= abs(sums.sum()) - 1e-9)
    assert sign_flip(values.astype(float), clusters) == pytest.approx(wanted)


def test_six_patients_reach_two_in_sixty_four() -> None:
    assert sign_flip(np.ones(12), np.arange(12) % 6) == pytest.approx(2 / 64)


def test_friedman_equals_scipy_and_gives_kendalls_w() -> None:
    values = np.random.default_rng(1).integers(1, 6, (20, 3)).astype(float)
    values[4, 1] = np.nan
    whole = np.delete(values, 4, axis=0)
    theirs = stats.friedmanchisquare(*whole.T)
    result = friedman(values)
    assert result.n == 19
    assert (result.chi2, result.p) == pytest.approx(tuple(theirs))
    assert result.kendall_w == pytest.approx(result.chi2 / (19 * 2))


@pytest.mark.parametrize("values", [np.ones((5, 3)), np.ones((1, 3)), np.ones((5, 2))])
def test_friedman_says_when_it_has_nothing_to_test(values: np.ndarray) -> None:
    with pytest.raises(NotEstimable):
        friedman(values)


@settings(max_examples=20)  # statsmodels collects garbage at each call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_holm_equals_statsmodels(p_values: list[float]) -> None:
    theirs = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(list(theirs))


def test_a_missing_p_stays_missing_and_does_not_count() -> None:
    assert holm([0.01, None, 0.04]) == [0.02, None, 0.04]


def test_the_sign_flip_by_evaluators_equals_enumeration() -> None:
    rows = paper_study()
    for criterion, result in analyse(rows, FULL).criteria.items():
        for pair in result.pairs.values():
            sums: dict[str, int] = {}
            for o in rows:
                sign = (o.model == pair.a) - (o.model == pair.b)
                score = o.scores[criterion] or 0
                sums[o.evaluator] = sums.get(o.evaluator, 0) + sign * score
            observed = abs(sum(sums.values()))
            flips = list(product((-1, 1), repeat=len(sums)))
            beyond = [
                abs(sum(map(mul, flip, sums.values()))) >= observed for flip in flips
            ]
            assert pair.sign_flip_evaluator == pytest.approx(sum(beyond) / 16)


def test_evaluators_tastes_are_no_difference_of_systems() -> None:
    """Four evaluators favour systems by chance; patients alone see that as a result.

    At 0.125, the least that four evaluators can give.
    """
    rng, alone, larger = np.random.default_rng(8), 0, 0
    patient, evaluator = np.arange(60) % 30, np.arange(60) // 15
    for _ in range(400):
        moved = np.rint(rng.normal(0, 1, 4)[evaluator] + rng.normal(0, 1, 60))
        p = [sign_flip(moved, units) for units in (patient, evaluator)]
        alone += p[0] <= 0.125
        larger += max(p) <= 0.125
    assert alone > 160  # 40 % and more of true nulls
    assert larger <= 0.125 * 400 + 14  # two standard errors
