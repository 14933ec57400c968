"""Which system is chosen best: the paper's binomial test, and cluster-level tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.table import NO_CHOICE, FloatArray, IntArray

SLACK = 1e-9  # equal outcomes may differ by rounding
EXACT_CELLS = 400_000_000  # beyond, the exact distribution takes seconds


@dataclass(frozen=True)
class BinomialResult:
    """Exact binomial test of k of n against ``null``, treating cases as independent."""

    null: float
    p_two_sided: float
    p_greater: float
    clopper_pearson: tuple[float, float]
    wilson: tuple[float, float]


@dataclass(frozen=True)
class PermutationResult:
    """Exact label permutation by cluster; ``floor`` is the smallest possible p."""

    p_two_sided: float
    p_greater: float
    floor: float


def binomial(k: int, n: int, null: float) -> BinomialResult:
    """k of n chosen, where every output was shown; null: the share expected by chance.

    The two-sided p sums all outcomes no likelier than k (as R's ``binom.test``).
    """
    if n == 0:
        raise NotEstimable("no best was chosen")
    two_sided = stats.binomtest(k, n, null)
    return BinomialResult(
        null=null,
        p_two_sided=float(two_sided.pvalue),
        p_greater=float(stats.binomtest(k, n, null, alternative="greater").pvalue),
        clopper_pearson=_limits(two_sided.proportion_ci(method="exact")),
        wilson=_limits(two_sided.proportion_ci(method="wilson")),
    )


def _limits(interval: object) -> tuple[float, float]:
    return float(interval.low), float(interval.high)  # type: ignore[attr-defined]


def label_permutation(
    counts: IntArray, column: int, unit: str = "cluster"
) -> PermutationResult:
    """H0: within a cluster the systems are exchangeable.

    Parameters
    ----------
    counts
        (clusters, systems): how often each system was chosen best in each cluster.
    column
        The system under test.

    Notes
    -----
    Which column is "the system" is a fair draw per cluster, so the null distribution
    of its total is a convolution over clusters, exact up to ``EXACT_CELLS`` operations
    and normal beyond. It tests "all systems equal", not "share = 1/K with the others
    unequal". Two-sided: totals at least as far from n/K as the one observed. ``floor``:
    the p of the farthest total that these counts allow.

    Raises
    ------
    NotEstimable
        With fewer than two clusters, or no choice at all.
    """
    groups, systems = counts.shape
    if groups < 2:
        raise NotEstimable(f"all choices come from one {unit}")
    if not counts.any():
        raise NotEstimable("no best was chosen")
    if counts.sum() * counts.max(axis=1).sum() > EXACT_CELLS:
        return _normal_permutation(counts, column)
    law = np.ones(1)
    for row in counts:
        step = np.zeros(int(row.max()) + 1)
        np.add.at(step, row, 1 / systems)
        law = np.convolve(law, step)
    totals = np.arange(len(law))
    centre = counts.sum() / systems
    away = np.abs(totals - centre)
    observed = int(counts[:, column].sum())
    possible = law > 0
    farthest = away[possible].max()
    return PermutationResult(
        p_two_sided=_mass(law, away >= abs(observed - centre) - SLACK),
        p_greater=_mass(law, totals >= observed),
        floor=_mass(law, away >= farthest - SLACK),
    )


def _normal_permutation(counts: IntArray, column: int) -> PermutationResult:
    """The normal approximation, for studies too large for the exact distribution."""
    systems = counts.shape[1]
    sizes = counts.sum(axis=1)
    spread = (counts**2).sum(axis=1) / systems - (sizes / systems) ** 2
    scale = float(spread.sum()) ** 0.5
    centre = sizes.sum() / systems
    if scale == 0:
        return PermutationResult(1.0, 1.0, 1.0)
    moved = (counts[:, column].sum() - centre) / scale
    most = (counts.max(axis=1).sum() - centre) / scale
    least = (centre - counts.min(axis=1).sum()) / scale
    return PermutationResult(
        p_two_sided=float(2 * stats.norm.sf(abs(moved))),
        p_greater=float(stats.norm.sf(moved)),
        floor=float(2 * stats.norm.sf(max(most, least))),
    )


def _mass(law: FloatArray, where: np.ndarray) -> float:
    return float(min(1.0, law[where].sum()))


def best_counts(best: IntArray, clusters: IntArray, systems: int) -> IntArray:
    """(clusters, systems): how often each was chosen best; ``best`` has no blanks."""
    codes = np.unique(clusters, return_inverse=True)[1]
    counts = np.zeros((int(codes.max(initial=-1)) + 1, systems), dtype=np.int64)
    chosen = best != NO_CHOICE
    np.add.at(counts, (codes[chosen], best[chosen]), 1)
    return counts


@dataclass(frozen=True)
class HeadToHead:
    """Readings in which one of the two was best: ``k`` chose ``a``, the rest ``b``.

    Exact binomial test against 1/2, treating readings as independent.
    """

    a: str
    b: str
    k: int
    n: int
    p: float


def head_to_head(a: str, b: str, k: int, n: int) -> HeadToHead:
    """H0: among readings that chose a or b, both are equally likely.

    Raises
    ------
    NotEstimable
        If neither was ever chosen.
    """
    if not n:
        raise NotEstimable("neither was ever chosen best")
    return HeadToHead(a, b, k, n, float(stats.binomtest(k, n, 0.5).pvalue))


@dataclass(frozen=True)
class EqualShares:
    """Chi-square goodness of fit of all shares to 1/K, with independent readings."""

    counts: tuple[int, ...]
    chi2: float
    df: int
    p: float


def equal_shares(counts: IntArray) -> EqualShares:
    """H0: every system is chosen equally often; ``counts`` (systems,).

    Raises
    ------
    NotEstimable
        If nothing was chosen.
    """
    if not counts.sum():
        raise NotEstimable("no best was chosen")
    chi2, p = stats.chisquare(counts)
    whole = tuple(int(count) for count in counts)
    return EqualShares(whole, float(chi2), len(whole) - 1, float(p))
