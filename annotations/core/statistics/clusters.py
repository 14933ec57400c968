"""Intervals that allow for clusters: CR2 with Satterthwaite df, and Korn-Graubard.

References: Pustejovsky & Tipton 2018 (CR2), Korn & Graubard 1998 (shares).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.table import FloatArray, IntArray

LEVEL = 0.95
NO_SPREAD = 1e-12  # rounding, not variation


@dataclass(frozen=True)
class ClusterMean:
    """A mean with its CR2 standard error and Satterthwaite degrees of freedom."""

    mean: float
    se: float
    df: float
    n: int
    clusters: int
    lo: float
    hi: float


@dataclass(frozen=True)
class ShareInterval:
    """A share's Korn-Graubard interval; ``n_eff`` is the effective number."""

    lo: float
    hi: float
    n_eff: float


def cluster_mean(
    values: FloatArray,
    clusters: IntArray,
    level: float = LEVEL,
    unit: str = "cluster",
) -> ClusterMean:
    """Mean of ``values`` (n,) with clusters (n,) as the unit: intercept-only CR2.

    Equal to clubSandwich's ``coef_test(lm(y ~ 1), "CR2", cluster)``.

    Raises
    ------
    NotEstimable
        With fewer than two clusters or no values.
    """
    if not len(values):
        raise NotEstimable("there are no values")
    codes = np.unique(clusters, return_inverse=True)[1]
    sizes = np.bincount(codes).astype(float)
    mean = float(values.mean())
    residual = np.bincount(codes, weights=values - mean).astype(float)
    return _cluster_mean(mean, residual, sizes, level, unit)


def mean_from_sums(
    sums: FloatArray, sizes: FloatArray, unit: str = "cluster", level: float = LEVEL
) -> ClusterMean:
    """``cluster_interval`` from each cluster's sum and number of values (clusters,).

    Raises
    ------
    NotEstimable
        With fewer than two clusters, or where the clusters do not differ.
    """
    total = float(sizes.sum())
    if total == 0:
        raise NotEstimable("there are no values")
    mean = float(sums.sum() / total)
    found = _cluster_mean(mean, sums - mean * sizes, sizes, level, unit)
    return _with_spread(found, unit)


def _cluster_mean(
    mean: float, residual: FloatArray, sizes: FloatArray, level: float, unit: str
) -> ClusterMean:
    """CR2 and Satterthwaite from each cluster's summed residual and size.

    With shares s_g = n_g / N, P is diagonal less a product, so that its trace and the
    sum of its squares need no matrix of clusters by clusters.
    """
    groups, total = len(sizes), float(sizes.sum())
    if groups < 2:
        raise NotEstimable(f"all values come from one {unit}")
    share = sizes / total
    se = float((residual**2 / (1 - share)).sum() / total**2) ** 0.5
    # P_gh = a_g a_h (n_g [g = h] - n_g n_h / N) / N^2 with a_g = (1 - s_g)^-1/2.
    # Its diagonal is n_g / N^2; the ratio below is free of N^2.
    cross = sizes**2 / (1 - share)
    squares = (sizes**2).sum() + (cross.sum() ** 2 - (cross**2).sum()) / total**2
    df = float(total**2 / squares)
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    return ClusterMean(mean, se, df, int(total), groups, mean - half, mean + half)


def cluster_interval(
    values: FloatArray, clusters: IntArray, unit: str, level: float = LEVEL
) -> ClusterMean:
    """``cluster_mean``, where an interval can be given at all.

    Raises
    ------
    NotEstimable
        With fewer than two clusters, or where the clusters do not differ: an interval
        of zero width would claim a certainty that the data do not support.
    """
    return _with_spread(cluster_mean(values, clusters, level, unit), unit)


def _with_spread(estimate: ClusterMean, unit: str) -> ClusterMean:
    if estimate.se < NO_SPREAD:
        raise NotEstimable(f"no variation between {unit}s")
    return estimate


def korn_graubard(
    chosen: FloatArray,
    clusters: IntArray,
    level: float = LEVEL,
    unit: str = "cluster",
) -> ShareInterval:
    """Interval of a share: Clopper-Pearson at the effective number of cases.

    ``chosen`` (n,) holds 0 and 1. Where all or none were chosen, the number of clusters
    is used as the effective number. If the clusters do not differ at all, n is used.

    Raises
    ------
    NotEstimable
        With fewer than two clusters.
    """
    estimate = cluster_mean(chosen, clusters, level, unit)
    share, n = estimate.mean, estimate.n
    upper = (1 + level) / 2
    if share in (0.0, 1.0):
        effective = float(estimate.clusters)
    else:
        raw = (
            share * (1 - share) / estimate.se**2 if estimate.se > NO_SPREAD else np.inf
        )
        narrow = stats.t.ppf(upper, n - 1) / stats.t.ppf(upper, estimate.df)
        effective = float(min(n, raw * narrow**2))
    lo, hi = clopper_pearson(share * effective, effective, level)
    return ShareInterval(lo, hi, effective)


@dataclass(frozen=True)
class DesignEffect:
    """The cost of clustering: ``deff`` readings are worth one independent reading."""

    icc: float
    deff: float
    cluster_size: float


def design_effect(chosen: FloatArray, clusters: IntArray) -> DesignEffect:
    """ANOVA intraclass correlation of ``chosen`` (n,), and 1 + (m - 1) ICC.

    m = sum of squared cluster sizes over n. An ICC below 0 counts as 0 in ``deff``.

    Raises
    ------
    NotEstimable
        With one cluster, one case in every cluster, or no variation.
    """
    codes = np.unique(clusters, return_inverse=True)[1]
    sizes = np.bincount(codes).astype(float)
    groups, n = len(sizes), float(len(chosen))
    if groups < 2 or groups == n:
        raise NotEstimable("needs at least two clusters, one with several readings")
    means = np.bincount(codes, weights=chosen) / sizes
    between = float((sizes * (means - chosen.mean()) ** 2).sum() / (groups - 1))
    within = float(((chosen - means[codes]) ** 2).sum() / (n - groups))
    typical = (n - (sizes**2).sum() / n) / (groups - 1)
    below = between + (typical - 1) * within
    if below <= NO_SPREAD:
        raise NotEstimable("all readings agree")
    icc = float((between - within) / below)
    size = float((sizes**2).sum() / n)
    return DesignEffect(icc, 1 + (size - 1) * max(icc, 0.0), size)


def clopper_pearson(k: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Clopper-Pearson limits by beta quantiles; k and n need not be integers."""
    tail = (1 - level) / 2
    lo = 0.0 if k <= 0 else float(stats.beta.ppf(tail, k, n - k + 1))
    hi = 1.0 if k >= n else float(stats.beta.ppf(1 - tail, k + 1, n - k))
    return lo, hi
