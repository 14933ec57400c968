"""Calibration, abstention and comparison, against sklearn and by hand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss
from statsmodels.stats.contingency_tables import mcnemar

from gaitmodel.core.errors import InputError
from gaitmodel.core.scoring.calibration import calibration
from gaitmodel.core.scoring.comparison import compare
from gaitmodel.core.scoring.coverage import risk_coverage
from gaitmodel.core.scoring.resampling import RESAMPLES, stratified_draws


def shares(n: int = 400, classes: int = 8) -> tuple[list[int], np.ndarray]:
    """Labels drawn from the very probabilities that are stated: calibrated."""
    rng = np.random.default_rng(0)
    stated = rng.dirichlet([0.4] * classes, size=n)
    return [int(rng.choice(classes, p=row)) for row in stated], stated


def test_brier_is_sklearns_multiclass_score() -> None:
    labels, stated = shares()
    expected = brier_score_loss(labels, stated, labels=list(range(8)))
    assert calibration(labels, stated).brier == pytest.approx(expected, abs=1e-12)


def test_ece_of_one_bin_is_its_gap() -> None:
    stated = np.full((10, 8), 0.3 / 7)
    stated[:, 2] = 0.7
    found = calibration([2] * 4 + [1] * 6, stated)
    assert found.ece == pytest.approx(0.3)
    assert [b.n for b in found.bins] == [10]
    assert (found.bins[0].lo, found.bins[0].hi) == pytest.approx((10 / 15, 11 / 15))


def test_a_calibrated_system_has_a_small_ece_and_a_sharpened_one_a_large() -> None:
    labels, stated = shares(4000)
    sharp = stated**4 / (stated**4).sum(axis=1, keepdims=True)
    assert calibration(labels, stated).ece < 0.03
    assert calibration(labels, stated).adaptive_ece < 0.03
    assert calibration(labels, sharp).ece > 0.1


def test_probabilities_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(InputError, match="sum to 1, not 2"):
        calibration([0], np.full((1, 8), 0.25))
    stated = np.full((2, 8), 0.125)
    stated[1] = np.nan
    with pytest.raises(InputError, match="sum to 1, not nan"):
        calibration([0, 1], stated)


def test_risk_falls_as_the_unsure_are_left_out() -> None:
    labels, stated = shares(2000)
    found = risk_coverage(labels, stated)
    wrong = np.mean(stated.argmax(axis=1) != np.array(labels))
    assert found.at(1.0) == pytest.approx(wrong)
    assert found.at(0.3) < found.at(0.7) < found.at(1.0)
    assert found.area < found.chance_area


def test_equally_sure_clips_count_as_their_orders_do_on_average() -> None:
    """As softmax outputs that have run into 1.0 are."""
    stated = np.eye(8)[[0, 0, 0, 1, 1, 2]] * 0.4 + 0.075
    stated[3] = np.eye(8)[1]
    truth = [0, 5, 0, 1, 5, 5]
    orders = list(permutations([0, 1, 2, 4, 5]))  # all but the surest, 3
    wrong = stated.argmax(axis=1) != np.array(truth)
    risks = [np.cumsum(wrong[[3, *order]]) / np.arange(1, 7) for order in orders]
    found = risk_coverage(truth, stated)
    assert found.risk == pytest.approx(np.mean(risks, axis=0))
    back = risk_coverage(truth[::-1], stated[::-1])
    assert back.area == pytest.approx(found.area)


def test_the_naive_test_is_mcnemars() -> None:
    truth = [0] * 20
    first, second = [0] * 15 + [1] * 5, [0] * 8 + [1] * 12
    found = compare(truth, first, second, [f"s{i}" for i in range(20)], [0])
    table = [[8, 7], [0, 5]]
    assert found.mcnemar_naive_p == pytest.approx(mcnemar(table, exact=True).pvalue)
    assert (found.only_first, found.only_second) == (7, 0)
    assert found.accuracy_gain == pytest.approx(7 / 20)
    # All seven subjects that differ go one way: 2 of 2^7 sign patterns.
    assert found.sign_flip_p == pytest.approx(2 / 128)


def test_one_subject_with_many_clips_is_one_subject() -> None:
    truth, first, second = [0] * 20, [0] * 20, [1] * 20
    found = compare(truth, first, second, ["one"] * 20, [0])
    assert found.sign_flip_p == 1.0
    assert found.mcnemar_naive_p < 1e-5


def test_equal_systems_have_no_gain_and_no_p() -> None:
    truth = [0, 1, 2, 0]
    found = compare(truth, truth, truth, list("abcd"), [0, 1, 2])
    assert (found.accuracy_gain, found.macro_f1_gain) == (0, 0)
    assert (found.sign_flip_p, found.mcnemar_naive_p) == (1.0, 1.0)


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="same clips"):
        compare([0], [0, 1], [0], ["a"], [0])


def test_stratified_draws_keep_the_number_of_subjects_of_each_class() -> None:
    weights = stratified_draws([0, 0, 0, 1, 1], np.random.default_rng(0))
    assert weights.shape == (RESAMPLES, 5)
    assert (weights[:, :3].sum(axis=1) == 3).all()
    assert (weights[:, 3:].sum(axis=1) == 2).all()
    assert weights[:, 0].mean() == pytest.approx(1, abs=0.05)
