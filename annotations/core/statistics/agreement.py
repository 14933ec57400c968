"""Agreement where cases overlap: Krippendorff's alpha, Gwet's AC2, ICC(2,1).

Units are case x system, raters are evaluators. References: Krippendorff 2011, Gwet
2014, McGraw & Wong 1996.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from annotations.core.statistics.clusters import LEVEL, NO_SPREAD
from annotations.core.statistics.estimate import NotEstimable, Reasons
from annotations.core.statistics.icc import IccInterval, icc_2_1, icc_interval
from annotations.core.statistics.table import FloatArray, IntArray, RatingTable


@dataclass(frozen=True)
class AgreementInterval:
    """A 95 % interval by leaving out patients in turn (jackknife, t with G - 1 df)."""

    lo: float
    hi: float
    patients: int


@dataclass(frozen=True)
class Agreement:
    """Between evaluators on one criterion; units are case x system.

    ``alpha_within`` averages alpha over the systems, which excludes the differences
    between systems; these inflate agreement when they are large.
    """

    krippendorff_alpha: float | None
    gwet_ac2: float | None
    icc_2_1: float | None
    alpha_within: float | None
    weighted_kappa: float | None
    ci_alpha: AgreementInterval | None
    ci_ac2: AgreementInterval | None
    ci_icc: IccInterval | None


def agreement(
    table: RatingTable,
    values: FloatArray,
    scale: tuple[int, ...],
    path: str,
    reasons: Reasons,
) -> Agreement:
    """Every coefficient on ``values`` (tasks, systems), or why there is none."""
    ratings, patient = _units(table, values)
    flat = ratings.reshape(-1, ratings.shape[2])
    return Agreement(
        reasons.take(
            f"{path}.krippendorff_alpha", lambda: krippendorff_alpha(flat, scale)
        ),
        reasons.take(f"{path}.gwet_ac2", lambda: gwet_ac2(flat, scale)),
        reasons.take(f"{path}.icc_2_1", lambda: icc_2_1(flat)),
        reasons.take(f"{path}.alpha_within", lambda: _alpha_within(ratings, scale)),
        reasons.take(f"{path}.weighted_kappa", lambda: mean_kappa(flat, scale)),
        reasons.take(
            f"{path}.ci_alpha",
            lambda: _jackknife(krippendorff_alpha, ratings, patient, scale),
        ),
        reasons.take(
            f"{path}.ci_ac2", lambda: _jackknife(gwet_ac2, ratings, patient, scale)
        ),
        reasons.take(f"{path}.ci_icc", lambda: icc_interval(flat)),
    )


def _jackknife(
    coefficient: Callable[[FloatArray, tuple[int, ...]], float],
    ratings: FloatArray,
    patient: IntArray,
    scale: tuple[int, ...],
) -> AgreementInterval:
    """``ratings`` (cases, systems, evaluators) with each case's ``patient``."""

    def value(kept: FloatArray) -> float:
        return coefficient(kept.reshape(-1, ratings.shape[2]), scale)

    whole, groups = value(ratings), np.unique(patient)
    if len(groups) < 2:
        raise NotEstimable("all cases with two evaluators are of one patient")
    left = np.array([value(ratings[patient != one]) for one in groups])
    g = len(groups)
    se = float(((g - 1) / g * ((left - left.mean()) ** 2).sum()) ** 0.5)
    if se < NO_SPREAD:
        raise NotEstimable("no variation between patients")
    half = float(stats.t.ppf((1 + LEVEL) / 2, g - 1)) * se
    return AgreementInterval(whole - half, min(1.0, whole + half), g)


def _units(table: RatingTable, values: FloatArray) -> tuple[FloatArray, IntArray]:
    """(cases, systems, evaluators) of cases read by several evaluators; patients."""
    several = np.bincount(table.case, minlength=len(table.cases)) >= 2
    place = np.cumsum(several) - 1
    shape = (int(several.sum()), len(table.systems), len(table.evaluators))
    units = np.full(shape, np.nan)
    tasks = np.flatnonzero(several[table.case])
    units[place[table.case[tasks]], :, table.evaluator[tasks]] = values[tasks]
    patient = np.zeros(len(table.cases), dtype=np.int64)
    patient[table.case] = table.patient
    return units, patient[several]


def _alpha_within(ratings: FloatArray, scale: tuple[int, ...]) -> float:
    alphas = [krippendorff_alpha(ratings[:, i], scale) for i in range(ratings.shape[1])]
    return float(np.mean(alphas))


def weighted_kappa(one: FloatArray, other: FloatArray, scale: tuple[int, ...]) -> float:
    """Cohen's kappa with quadratic weights over the whole scale, NaN pairs dropped.

    Raises
    ------
    NotEstimable
        If no unit has both ratings, or both evaluators only ever gave the same value.
    """
    both = ~np.isnan(one) & ~np.isnan(other)
    if not both.any():
        raise NotEstimable("no case was read by two evaluators")
    places = {value: place for place, value in enumerate(scale)}
    joint = np.zeros((len(scale), len(scale)))
    for left, right in zip(one[both], other[both], strict=True):
        joint[places[int(left)], places[int(right)]] += 1
    joint /= joint.sum()
    axis = np.arange(len(scale), dtype=float)
    distance = (axis[:, None] - axis) ** 2
    expected = (np.outer(joint.sum(axis=1), joint.sum(axis=0)) * distance).sum()
    if expected == 0:
        raise NotEstimable("only one value was ever given")
    return float(1 - (joint * distance).sum() / expected)


def mean_kappa(ratings: FloatArray, scale: tuple[int, ...]) -> float:
    """Light's kappa: the mean over pairs of evaluators who share an output."""
    found = []
    for i, j in combinations(range(ratings.shape[1]), 2):
        try:
            found.append(weighted_kappa(ratings[:, i], ratings[:, j], scale))
        except NotEstimable as reason:
            why = reason
    if not found:
        _pairable(ratings)
        raise NotEstimable(str(why))
    return float(np.mean(found))


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
