"""CR2 and Korn-Graubard against statsmodels and known numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.core.statistics.clusters import (
    clopper_pearson,
    cluster_mean,
    korn_graubard,
)
from annotations.core.statistics.estimate import NotEstimable


def cr2_by_matrices(y: np.ndarray, g: np.ndarray) -> tuple[float, float]:
    """The general CR2 formula (Bell & McCaffrey 2002), with whole matrices."""
    n = len(y)
    x = np.ones((n, 1))
    bread = np.linalg.inv(x.T @ x)
    hat = x @ bread @ x.T
    residual = y - y.mean()
    meat, columns = np.zeros((1, 1)), []
    for code in np.unique(g):
        rows = np.flatnonzero(g == code)
        inner = np.eye(len(rows)) - hat[np.ix_(rows, rows)]
        values, vectors = np.linalg.eigh(inner)
        adjust = vectors @ np.diag(values**-0.5) @ vectors.T
        score = x[rows].T @ adjust @ residual[rows]
        meat += np.outer(score, score)
        annihilate = (np.eye(n) - hat)[rows]
        columns.append((bread @ x[rows].T @ adjust @ annihilate).ravel())
    gram = np.array(columns) @ np.array(columns).T
    df = np.trace(gram) ** 2 / (gram**2).sum()
    return float((bread @ meat @ bread)[0, 0] ** 0.5), float(df)


@given(st.integers(0, 10_000), st.integers(2, 7))
def test_the_closed_form_equals_the_general_cr2(seed: int, groups: int) -> None:
    rng = np.random.default_rng(seed)
    clusters = np.concatenate([np.arange(groups), rng.integers(groups, size=15)])
    values = rng.integers(1, 6, size=len(clusters)).astype(float)
    estimate = cluster_mean(values, clusters)
    se, df = cr2_by_matrices(values, clusters)
    assert estimate.se == pytest.approx(se, rel=1e-9, abs=1e-12)
    assert estimate.df == pytest.approx(df, rel=1e-9)


def test_clusters_of_one_give_the_plain_t_interval() -> None:
    values = np.array([1.0, 2.0, 4.0, 5.0, 3.0])
    estimate = cluster_mean(values, np.arange(5))
    assert estimate.se == pytest.approx(values.std(ddof=1) / 5**0.5)
    assert estimate.df == pytest.approx(4)


def test_korn_graubard_is_clopper_pearson_at_the_effective_number() -> None:
    """Printed in the analysis plan for 36/52 worth 29.1 and 17.2 cases."""
    share = 36 / 52
    assert clopper_pearson(share * 29.1, 29.1) == pytest.approx(
        (0.4947, 0.8490), abs=2e-4
    )
    assert clopper_pearson(share * 17.2, 17.2) == pytest.approx(
        (0.4286, 0.8873), abs=2e-4
    )


def test_a_share_of_one_is_worth_its_clusters() -> None:
    interval = korn_graubard(np.ones(52), np.arange(52) % 6)
    assert interval.n_eff == 6
    assert interval.hi == 1.0
    assert interval.lo == pytest.approx(0.025 ** (1 / 6))


def test_more_patients_of_the_same_kind_shrink_the_interval() -> None:
    chosen = np.array([1.0, 1, 0, 1, 0, 0, 1, 1])
    clusters = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    once = korn_graubard(chosen, clusters)
    twice = korn_graubard(np.tile(chosen, 2), np.concatenate([clusters, clusters + 4]))
    assert twice.hi - twice.lo < once.hi - once.lo


def test_one_cluster_has_no_interval() -> None:
    with pytest.raises(NotEstimable, match="one cluster"):
        cluster_mean(np.array([1.0, 2.0]), np.array([0, 0]))
