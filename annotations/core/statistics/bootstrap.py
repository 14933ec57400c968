"""The cluster bootstrap of means, as a cross-check of the CR2 intervals.

Whole clusters are drawn with replacement; a mean is a ratio of sums. With few clusters
the percentile interval is too narrow, so its limits are taken at Hesterberg's expanded
level. For up to eight clusters all multisets are enumerated; otherwise they are drawn.
References: Hesterberg 2015; Cameron, Gelbach & Miller 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import factorial

import numpy as np
from scipy import stats

from annotations.core.statistics.clusters import LEVEL
from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.table import FloatArray, IntArray

FEW, MOST, CELLS = 8, 1_000, 250_000


@dataclass(frozen=True)
class BootstrapMeans:
    """``mean``, ``lo``, ``hi`` (columns,); ``exact`` if multisets were enumerated."""

    mean: FloatArray
    lo: FloatArray
    hi: FloatArray
    clusters: int
    draws: int
    exact: bool


def bootstrap_means(
    sums: FloatArray,
    counts: FloatArray,
    draws: int = 10_000,
    seed: int = 1,
    level: float = LEVEL,
) -> BootstrapMeans:
    """``sums`` and ``counts`` (clusters, columns), as ``cluster_sums`` gives them.

    Raises
    ------
    NotEstimable
        With fewer than two clusters, or a column without any value.
    """
    groups = len(sums)
    if groups < 2:
        raise NotEstimable("all values come from one patient")
    if not (counts.sum(axis=0) > 0).all():
        raise NotEstimable("a mean has no value")
    exact = groups <= FEW
    if exact:
        times, odds = _multisets(groups)
        found = _ratios(times @ sums, times @ counts)
    else:
        rng = np.random.default_rng(seed)
        sums_, counts_ = _folded(sums, counts, rng)
        found = _drawn(sums_, counts_, draws, rng)
        odds = np.full(len(found), 1 / len(found))
    tail = stats.norm.cdf(
        -((groups / (groups - 1)) ** 0.5) * stats.t.ppf((1 + level) / 2, groups - 1)
    )
    lo, hi = _quantiles(found, odds, float(tail), exact)
    mean: FloatArray = sums.sum(axis=0) / counts.sum(axis=0)
    return BootstrapMeans(mean, lo, hi, groups, len(found), exact)


def cluster_sums(
    values: FloatArray, column: IntArray, cluster: IntArray, columns: int
) -> tuple[FloatArray, FloatArray]:
    """Sums and counts (clusters, columns) of ``values`` (n,), NaN where not answered."""
    groups = int(cluster.max()) + 1
    seen = ~np.isnan(values)
    cells = (cluster * columns + column)[seen]
    size = groups * columns
    shape = (groups, columns)
    sums = np.bincount(cells, values[seen], size).reshape(shape)
    counts = np.bincount(cells, minlength=size).reshape(shape)
    return sums.astype(np.float64), counts.astype(np.float64)


def _multisets(groups: int) -> tuple[FloatArray, FloatArray]:
    """Every way to draw the clusters (ways, groups), with its probability."""
    picks = list(combinations_with_replacement(range(groups), groups))
    times = np.zeros((len(picks), groups))
    for row, pick in enumerate(picks):
        np.add.at(times[row], list(pick), 1)
    ways = [
        factorial(groups) / np.prod([factorial(int(t)) for t in row]) for row in times
    ]
    odds: FloatArray = np.array(ways, dtype=float) / groups**groups
    return times, odds


def _folded(
    sums: FloatArray, counts: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Merge very many clusters at random into a thousand; sums stay independent."""
    groups, columns = sums.shape
    if groups <= MOST:
        return sums, counts
    bins = rng.permutation(groups) % MOST
    folded = [np.zeros((MOST, columns)) for _ in range(2)]
    for whole, part in zip(folded, (sums, counts), strict=True):
        np.add.at(whole, bins, part)
    return folded[0], folded[1]


def _drawn(
    sums: FloatArray, counts: FloatArray, draws: int, rng: np.random.Generator
) -> FloatArray:
    groups = len(sums)
    both = np.concatenate([sums, counts], axis=1).astype(np.float32)
    block, parts = max(1, CELLS // groups), []
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        picks = rng.integers(groups, size=(rows, groups), dtype=np.uint16)
        cells = picks + np.arange(rows)[:, None] * groups
        times = np.bincount(cells.ravel(), minlength=rows * groups)
        parts.append(times.reshape(rows, groups).astype(np.float32) @ both)
    drawn = np.concatenate(parts).astype(np.float64)
    return _ratios(drawn[:, : sums.shape[1]], drawn[:, sums.shape[1] :])


def _ratios(sums: FloatArray, counts: FloatArray) -> FloatArray:
    """Means; NaN where a resample has no value in a column."""
    found = np.full_like(sums, np.nan)
    np.divide(sums, counts, out=found, where=counts > 0)
    return found


def _quantiles(
    found: FloatArray, odds: FloatArray, tail: float, exact: bool
) -> tuple[FloatArray, FloatArray]:
    if not exact:
        drawn: FloatArray = np.nanquantile(found, [tail, 1 - tail], axis=0)
        return drawn[0], drawn[1]
    limits = np.zeros((2, found.shape[1]))
    for column, values in enumerate(found.T):
        order = np.argsort(values, kind="stable")  # NaN last
        kept = order[: int((~np.isnan(values)).sum())]
        total = np.cumsum(odds[kept]) / odds[kept].sum()
        at = np.searchsorted(total, [tail, 1 - tail])
        limits[:, column] = values[kept][np.minimum(at, len(kept) - 1)]
    return limits[0], limits[1]
