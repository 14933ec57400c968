"""The whole analysis of one study against R (``tests/data/reference/study.R``).

R 4.2.2 with clubSandwich, coin, exactRankTests, ordinal, psych and survival; the study
has ten patients, five evaluators, two of whom read each of 24 cases, and missing scores.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotations.core.ratings.ratings_csv import read_ratings
from annotations.core.report.analysis import StudyAnalysis, analyse
from annotations.core.statistics.clusters import ClusterMean
from annotations.core.statistics.icc import icc_2_1, icc_interval
from tests.annotations.core.studies import CRITERIA

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
SYSTEMS = ("full", "zero_shot", "no_bio")
PAIRS = ("full vs zero_shot", "full vs no_bio", "zero_shot vs no_bio")


@cache
def r() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REFERENCE / "study.json").read_text())
    return found


@cache
def ours() -> StudyAnalysis:
    outputs = read_ratings(REFERENCE / "study.csv").outputs
    return analyse(outputs, "full", mixed=True)


def assert_interval(found: ClusterMean | None, expected: dict[str, float]) -> None:
    assert found is not None
    for name in ("mean", "se", "df", "lo", "hi"):
        assert getattr(found, name) == pytest.approx(expected[name], rel=1e-9)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("system", SYSTEMS)
def test_means_and_their_intervals_equal_club_sandwich(
    criterion: str, system: str
) -> None:
    found = ours().criteria[criterion].systems[system]
    expected = r()["criteria"][criterion]["systems"][system]
    assert found.n == expected["n"]
    assert found.sd == pytest.approx(expected["sd"], rel=1e-12)
    assert found.median == expected["median"]
    assert_interval(found.ci_patient, expected["ci_patient"])
    assert_interval(found.ci_evaluator, expected["ci_evaluator"])


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("pair", PAIRS)
def test_paired_differences_equal_club_sandwich_and_coin(
    criterion: str, pair: str
) -> None:
    found = ours().criteria[criterion].pairs[pair]
    expected = r()["criteria"][criterion]["pairs"][pair]
    assert found.n == expected["n"]
    assert_interval(found.ci_patient, expected["ci_patient"])
    assert_interval(found.ci_evaluator, expected["ci_evaluator"])
    assert found.wilcoxon is not None
    for name in ("wilcoxon_p", "wilcoxon_p_exact_rank_tests"):
        assert found.wilcoxon.p == pytest.approx(expected[name], rel=1e-9)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_friedman_over_cases_equals_r(criterion: str) -> None:
    found, expected = ours().criteria[criterion].friedman, r()["criteria"][criterion]
    assert found is not None
    assert found.n == expected["friedman"]["n"]
    assert found.chi2 == pytest.approx(expected["friedman"]["chi2"], rel=1e-9)
    assert found.p == pytest.approx(expected["friedman"]["p"], rel=1e-9)


def test_the_best_share_equals_r() -> None:
    found, expected = ours().best["full"], r()["best"]
    assert found.binomial is not None
    assert found.binomial.p_two_sided == pytest.approx(
        expected["binom_two_sided"], rel=1e-9
    )
    assert found.share == pytest.approx(expected["share"]["mean"], rel=1e-12)


def test_the_slope_on_words_equals_conditional_logit() -> None:
    bias = ours().further.text["words"]
    assert bias is not None
    assert bias.alone is not None
    assert bias.alone.beta == pytest.approx(r()["words"]["beta"], abs=1e-5)
    assert bias.alone.se == pytest.approx(r()["words"]["se"], abs=1e-5)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_ordinal_mixed_model_equals_clmm(criterion: str) -> None:
    found, expected = ours().further.mixed[criterion], r()["mixed"][criterion]
    assert found is not None
    assert found.log_likelihood == pytest.approx(expected["logLik"], abs=4e-3)
    for system in SYSTEMS[1:]:
        beta = expected["beta"][f"model{system}"]
        assert found.odds[system].beta == pytest.approx(beta, abs=2e-3)


def test_icc_2_1_and_its_limits_equal_psych() -> None:
    table = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8],
         [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
    )  # fmt: skip
    limits, expected = icc_interval(table), r()["icc_2_1"]
    assert icc_2_1(table) == pytest.approx(expected["value"], rel=1e-9)
    assert (limits.lo, limits.hi) == pytest.approx(
        (expected["lo"], expected["hi"]), rel=1e-6
    )
