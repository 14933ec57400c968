"""Paired comparisons: Wilcoxon exact with ties, sign-flip by cluster, Friedman, Holm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.table import FloatArray, IntArray

EXACT_PAIRS = 1_000  # beyond, the exact distribution is not worth its cost
EXACT_FLIPS = 200_000_000


@dataclass(frozen=True)
class WilcoxonResult:
    """Signed ranks, zeros dropped; ``exact``: whether the distribution is exact."""

    w_plus: float
    w_minus: float
    p: float
    n: int
    exact: bool


@dataclass(frozen=True)
class FriedmanResult:
    """Friedman's test over tasks with all ratings, ties corrected; Kendall's W."""

    n: int
    chi2: float
    df: int
    p: float
    kendall_w: float


def wilcoxon(differences: FloatArray) -> WilcoxonResult:
    """Two-sided signed-rank test of paired differences (n,).

    The distribution of W+ is computed exactly on mid-ranks by convolution, since
    SciPy's exact method ignores ties. Beyond ``EXACT_PAIRS`` the normal approximation
    with continuity correction is used.

    Raises
    ------
    NotEstimable
        If there is no difference, or every one is zero.
    """
    if not len(differences):
        raise NotEstimable("no reading has both ratings")
    moved: FloatArray = differences[differences != 0]
    if not len(moved):
        raise NotEstimable("all differences are zero")
    ranks = stats.rankdata(np.abs(moved))
    w_plus = float(ranks[moved > 0].sum())
    w_minus = float(ranks[moved < 0].sum())
    if len(moved) > EXACT_PAIRS:
        normal = stats.wilcoxon(  # type: ignore[call-overload]
            moved, correction=True, method="asymptotic"
        )
        p = float(normal.pvalue)
        return WilcoxonResult(w_plus, w_minus, p, len(moved), exact=False)
    levels, counts = np.unique(np.rint(2 * ranks).astype(np.int64), return_counts=True)
    last = round(2 * min(w_plus, w_minus))
    law = np.ones(1)
    for at in np.argsort(-counts):
        law = _coins(law, int(levels[at]), int(counts[at]), last)
    tail = float(law.sum())
    return WilcoxonResult(w_plus, w_minus, min(1.0, 2 * tail), len(moved), exact=True)


def _coins(law: FloatArray, step: int, n: int, last: int) -> FloatArray:
    """The distribution up to ``last`` after ``n`` more fair coins of the same step.

    Likert differences take few values, so their mid-ranks are few and often repeated.
    """
    wider = np.zeros(min(len(law) - 1 + n * step, last) + 1)
    chances = stats.binom.pmf(np.arange(n + 1), n, 0.5)
    for heads in range(min(n, last // step) + 1):
        part = law[: len(wider) - heads * step]
        wider[heads * step : heads * step + len(part)] += chances[heads] * part
    return wider


def _coin(law: FloatArray, step: int) -> FloatArray:
    """A total's distribution after one more fair coin that adds ``step`` or nothing."""
    wider = np.zeros(len(law) + step)
    wider[: len(law)] += law / 2
    wider[step:] += law / 2
    return wider


def sign_flip(
    differences: FloatArray, clusters: IntArray, unit: str = "cluster"
) -> float:
    """Two-sided p of the summed differences when each cluster's sign is a fair draw.

    Exact by convolution (cluster sums of Likert differences are whole numbers); normal
    approximation for studies too large for that.

    Raises
    ------
    NotEstimable
        With fewer than two clusters, or if every cluster sum is zero.
    """
    codes = np.unique(clusters, return_inverse=True)[1]
    sums = np.rint(np.bincount(codes, weights=differences)).astype(np.int64)
    if len(sums) < 2:
        raise NotEstimable(f"fewer than two {unit}s have both ratings")
    steps = np.abs(sums[sums != 0])
    if not len(steps):
        raise NotEstimable(f"every {unit}'s differences cancel out")
    if len(steps) * int(steps.sum()) > EXACT_FLIPS:
        z = abs(float(sums.sum())) / float((steps.astype(float) ** 2).sum()) ** 0.5
        return float(2 * stats.norm.sf(z))
    law = np.ones(1)
    for step in steps:
        law = _coin(law, 2 * int(step))
    totals = np.arange(len(law)) - int(steps.sum())
    return float(law[np.abs(totals) >= abs(int(sums.sum()))].sum())


def friedman(values: FloatArray) -> FriedmanResult:
    """Friedman's test on ``values`` (blocks, systems); incomplete ones are dropped.

    Raises
    ------
    NotEstimable
        With fewer than three systems, fewer than two complete tasks, or all ties.
    """
    whole = values[~np.isnan(values).any(axis=1)]
    n, systems = whole.shape
    if systems < 3:
        raise NotEstimable("Friedman's test needs at least three systems")
    if n < 2:
        raise NotEstimable("fewer than two tasks have all ratings")
    if (whole == whole[:, :1]).all():
        raise NotEstimable("every task is tied")
    totals = stats.rankdata(whole, axis=1).sum(axis=0)
    alike = (whole[:, :, None] == whole[:, None, :]).sum(axis=2)
    ties = float((alike.astype(float) ** 2 - 1).sum()) / (
        n * systems * (systems**2 - 1)
    )
    chi2 = 12 * float((totals**2).sum()) / (n * systems * (systems + 1))
    chi2 = max(0.0, (chi2 - 3 * n * (systems + 1)) / (1 - ties))
    p = float(stats.chi2.sf(chi2, systems - 1))
    return FriedmanResult(n, chi2, systems - 1, p, chi2 / (n * (systems - 1)))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjustment; ``None`` stays and does not count in the family."""
    order = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    running = 0.0
    for rank, (p, index) in enumerate(order):
        running = max(running, min(1.0, (len(order) - rank) * p))
        adjusted[index] = running
    return adjusted
