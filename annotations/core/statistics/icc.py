"""ICC(2,1) with its interval: absolute agreement, two-way random, single ratings.

Reference: McGraw & Wong, Psychological Methods 1, 1996 (ICC(A,1), table 7, case 2A).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from annotations.core.statistics.clusters import LEVEL
from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.table import FloatArray


@dataclass(frozen=True)
class IccInterval:
    """95 % limits of the coefficient."""

    lo: float
    hi: float


def icc_2_1(ratings: FloatArray) -> float:
    """The coefficient of ``ratings`` (units, raters), over units that all rated.

    Raises
    ------
    NotEstimable
        With fewer than two such units or raters, or no variance at all.
    """
    whole = _whole(ratings)
    n, k = whole.shape
    units, judges, error = _mean_squares(whole)
    below = units + (k - 1) * error + k * (judges - error) / n
    if below == 0:
        raise NotEstimable("all ratings are equal")
    return float((units - error) / below)


def icc_interval(ratings: FloatArray, level: float = LEVEL) -> IccInterval:
    """Limits by Satterthwaite's degrees of freedom.

    Raises
    ------
    NotEstimable
        As for ``icc_2_1``, and if the ratings agree perfectly.
    """
    value, whole = icc_2_1(ratings), _whole(ratings)
    n, k = whole.shape
    units, judges, error = _mean_squares(whole)
    if error == 0 or value == 1:
        raise NotEstimable("nothing is left beside units and evaluators")
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    spread = (a * judges) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    if spread == 0:
        raise NotEstimable("the evaluators do not differ")
    v = (a * judges + b * error) ** 2 / spread
    upper = (1 + level) / 2
    low, high = stats.f.ppf(upper, n - 1, v), stats.f.ppf(upper, v, n - 1)
    rest = k * judges + (k * n - k - n) * error
    with np.errstate(all="ignore"):  # limits that are NaN are refused below
        lo = n * (units - low * error) / (low * rest + n * units)
        hi = n * (high * units - error) / (rest + n * high * units)
    if not np.isfinite([lo, hi]).all():
        raise NotEstimable("too few ratings for limits")
    return IccInterval(float(lo), float(hi))


def _whole(ratings: FloatArray) -> FloatArray:
    if not ((~np.isnan(ratings)).sum(axis=1) >= 2).any():
        raise NotEstimable("no case was read by two evaluators")
    raters = ratings[:, (~np.isnan(ratings)).any(axis=0)]
    whole: FloatArray = raters[~np.isnan(raters).any(axis=1)]
    if min(whole.shape) < 2:
        raise NotEstimable("fewer than two outputs were rated by all evaluators")
    return whole


def _mean_squares(whole: FloatArray) -> tuple[float, float, float]:
    """Mean squares of units, raters and residual."""
    n, k = whole.shape
    grand = whole.mean()
    units, judges = whole.mean(axis=1), whole.mean(axis=0)
    residual = whole - units[:, None] - judges[None, :] + grand
    return (
        float(k * ((units - grand) ** 2).sum() / (n - 1)),
        float(n * ((judges - grand) ** 2).sum() / (k - 1)),
        float((residual**2).sum() / ((n - 1) * (k - 1))),
    )
