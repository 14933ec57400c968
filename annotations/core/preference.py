"""Who is chosen best: the paper's binomial test, and tests that respect clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from annotations.core.estimate import NotEstimable
from annotations.core.table import NO_CHOICE, FloatArray, IntArray

SLACK = 1e-9  # equal outcomes may differ by rounding


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
    """Exact label permutation by cluster; ``floor`` is the least p it could give."""

    p_two_sided: float
    p_greater: float
    floor: float


def binomial(k: int, n: int, null: float) -> BinomialResult:
    """k of n chosen; null: the share if every output were as likely to be chosen.

    Two-sided p sums all outcomes that are no likelier than k (as R's ``binom.test``).
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


def label_permutation(counts: IntArray, column: int) -> PermutationResult:
    """H0: within a cluster the systems are exchangeable.

    Parameters
    ----------
    counts
        (clusters, systems): how often each system was chosen best in each cluster.
    column
        The system under test.

    Notes
    -----
    Which column is "the system" is a fair draw per cluster, so the null law of its
    total is a convolution over clusters: exact for any number of them. It tests "all
    systems equal", not "share = 1/K with the others unequal".
    """
    groups, systems = counts.shape
    if groups < 2:
        raise NotEstimable("all cases come from one cluster")
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


def _mass(law: FloatArray, where: np.ndarray) -> float:
    return float(min(1.0, law[where].sum()))


def best_counts(best: IntArray, clusters: IntArray, systems: int) -> IntArray:
    """(clusters, systems): how often each was chosen best; ``best`` holds no blanks."""
    codes = np.unique(clusters, return_inverse=True)[1]
    counts = np.zeros((int(codes.max(initial=-1)) + 1, systems), dtype=np.int64)
    chosen = best != NO_CHOICE
    np.add.at(counts, (codes[chosen], best[chosen]), 1)
    return counts
