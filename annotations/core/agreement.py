"""Agreement where cases overlap: Krippendorff's alpha, Gwet's AC2, ICC(2,1).

Units are case x system, raters are evaluators. References: Krippendorff 2011, Gwet
2014, McGraw & Wong 1996.
"""

from __future__ import annotations

import numpy as np

from annotations.core.estimate import NotEstimable
from annotations.core.table import FloatArray


def _pairable(ratings: FloatArray) -> FloatArray:
    """``ratings`` (units, raters), keeping units with at least two ratings."""
    kept: FloatArray = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2]
    if not len(kept):
        raise NotEstimable("no case was read by two evaluators")
    return kept


def _category_counts(ratings: FloatArray, scale: tuple[int, ...]) -> FloatArray:
    """(units, categories): how many raters gave each value."""
    counts = [(ratings == value).sum(axis=1) for value in scale]
    return np.stack(counts, axis=1).astype(np.float64)


def krippendorff_alpha(ratings: FloatArray, scale: tuple[int, ...]) -> float:
    """Ordinal alpha = 1 - D_o / D_e of ``ratings`` (units, raters), NaN = missing.

    Raises
    ------
    NotEstimable
        If no unit has two ratings, or only one value occurs.
    """
    counts = _category_counts(_pairable(ratings), scale)
    per_unit = counts.sum(axis=1)
    coincidence = sum(
        (np.outer(row, row) - np.diag(row)) / (m - 1)
        for row, m in zip(counts, per_unit, strict=True)
    )
    totals = np.asarray(coincidence).sum(axis=1)
    if (totals > 0).sum() < 2:
        raise NotEstimable("only one value was ever given")
    cumulative = np.concatenate([[0.0], np.cumsum(totals)])
    middle = cumulative[:-1] + totals / 2
    distance = (middle[:, None] - middle[None, :]) ** 2
    n = totals.sum()
    observed = (coincidence * distance).sum() / n
    expected = (np.outer(totals, totals) * distance).sum() / (n * (n - 1))
    return float(1 - observed / expected)


def gwet_ac2(ratings: FloatArray, scale: tuple[int, ...]) -> float:
    """AC2 with quadratic weights of ``ratings`` (units, raters), NaN = missing.

    Raises
    ------
    NotEstimable
        If no unit has two ratings.
    """
    _pairable(ratings)
    rated = ratings[(~np.isnan(ratings)).any(axis=1)]
    counts = _category_counts(rated, scale)
    places = np.arange(len(scale), dtype=float)
    weights = 1 - ((places[:, None] - places) / (len(scale) - 1)) ** 2
    per_unit = counts.sum(axis=1)
    several = per_unit >= 2
    block, sizes = counts[several], per_unit[several]
    weighted = block @ weights
    observed = ((block * (weighted - 1)).sum(axis=1) / (sizes * (sizes - 1))).mean()
    prevalence = (counts / per_unit[:, None]).mean(axis=0)
    q = len(scale)
    chance = weights.sum() / (q * (q - 1)) * (prevalence * (1 - prevalence)).sum()
    return float((observed - chance) / (1 - chance))


def icc_2_1(ratings: FloatArray) -> float:
    """ICC(2,1), absolute agreement, two-way random, of complete units (units, raters).

    Raises
    ------
    NotEstimable
        With fewer than two units rated by all, or no variance at all.
    """
    _pairable(ratings)
    raters = ratings[:, (~np.isnan(ratings)).any(axis=0)]
    whole = raters[~np.isnan(raters).any(axis=1)]
    n, k = whole.shape
    if n < 2 or k < 2:
        raise NotEstimable("fewer than two outputs were rated by all evaluators")
    grand = whole.mean()
    units, judges = whole.mean(axis=1), whole.mean(axis=0)
    ms_units = k * ((units - grand) ** 2).sum() / (n - 1)
    ms_judges = n * ((judges - grand) ** 2).sum() / (k - 1)
    residual = whole - units[:, None] - judges[None, :] + grand
    ms_error = (residual**2).sum() / ((n - 1) * (k - 1))
    below = ms_units + (k - 1) * ms_error + k * (ms_judges - ms_error) / n
    if below == 0:
        raise NotEstimable("all ratings are equal")
    return float((ms_units - ms_error) / below)
