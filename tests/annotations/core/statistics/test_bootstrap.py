"""The cluster bootstrap against plain enumeration and plain resampling."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from annotations.core.statistics.bootstrap import bootstrap_means, cluster_sums
from annotations.core.statistics.clusters import cluster_mean
from annotations.core.statistics.estimate import NotEstimable


def sample(groups: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    cluster = np.concatenate([np.arange(groups), rng.integers(groups, size=6 * groups)])
    column = rng.integers(2, size=len(cluster))
    column[:groups] = 0
    return rng.integers(1, 6, size=len(cluster)).astype(float), column, cluster


def test_six_clusters_are_enumerated_462_ways() -> None:
    values, column, cluster = sample(6)
    found = bootstrap_means(*cluster_sums(values, column, cluster, 2))
    assert (found.exact, found.draws) == (True, 462)


def test_the_multisets_equal_all_ordered_draws() -> None:
    values, column, cluster = sample(4)
    sums, counts = cluster_sums(values, column, cluster, 2)
    found = bootstrap_means(sums, counts)
    means = np.sort(
        [sums[list(d), 0].sum() / counts[list(d), 0].sum()
         for d in product(range(4), repeat=4)]
    )  # fmt: skip
    tail = stats.norm.cdf(-((4 / 3) ** 0.5) * stats.t.ppf(0.975, 3))
    share = np.arange(1, 257) / 256
    assert found.lo[0] == pytest.approx(means[np.searchsorted(share, tail)])
    assert found.hi[0] == pytest.approx(means[np.searchsorted(share, 1 - tail)])


def test_many_clusters_agree_with_cr2() -> None:
    values, column, cluster = sample(300)
    found = bootstrap_means(*cluster_sums(values, column, cluster, 2))
    kept = column == 0
    estimate = cluster_mean(values[kept], cluster[kept])
    assert found.mean[0] == pytest.approx(estimate.mean)
    assert found.lo[0] == pytest.approx(estimate.lo, abs=0.02)
    assert found.hi[0] == pytest.approx(estimate.hi, abs=0.02)


def test_folding_thousands_of_clusters_keeps_the_spread() -> None:
    values, column, cluster = sample(3000)
    found = bootstrap_means(*cluster_sums(values, column, cluster, 2))
    kept = column == 0
    estimate = cluster_mean(values[kept], cluster[kept])
    ratio = (found.hi[0] - found.lo[0]) / (estimate.hi - estimate.lo)
    assert ratio == pytest.approx(1, abs=0.08)


def test_one_cluster_or_no_value_is_not_estimable() -> None:
    with pytest.raises(NotEstimable):
        bootstrap_means(np.ones((1, 2)), np.ones((1, 2)))
    with pytest.raises(NotEstimable):
        bootstrap_means(np.ones((3, 2)), np.array([[1.0, 0], [1, 0], [1, 0]]))
