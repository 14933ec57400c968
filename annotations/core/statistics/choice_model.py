"""Conditional logit: which of the outputs shown is chosen, and by what properties.

P(i) = exp(x_i b) / sum over the reading's outputs of exp(x_j b). References: McFadden
1974. Equal to survival::clogit with one case per stratum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.table import FloatArray, IntArray

STEPS, CLOSE, SEPARATED, VAGUE = 60, 1e-10, 15.0, 30.0


@dataclass(frozen=True)
class ChoiceModel:
    """Log odds ratios ``beta``, naive standard errors, log likelihood, readings used."""

    beta: tuple[float, ...]
    se: tuple[float, ...]
    log_likelihood: float
    n: int


@dataclass(frozen=True)
class RatioTest:
    """Likelihood-ratio test of one choice model within another."""

    chi2: float
    df: int
    p: float


def choice_model(features: FloatArray, chosen: IntArray) -> ChoiceModel:
    """Fit by Newton's method.

    Parameters
    ----------
    features
        (readings, outputs, features); no NaN.
    chosen
        (readings,) the column chosen.

    Raises
    ------
    NotEstimable
        With no readings, collinear features, or a feature that decides every choice
        (its odds ratio would be infinite).
    """
    readings, outputs, width = features.shape
    if not readings:
        raise NotEstimable("no reading has a choice and what it may depend on")
    beta = np.zeros(width)
    now = _derivatives(features, chosen, beta)
    if width and np.linalg.matrix_rank(now[2], tol=1e-8 * readings) < width:
        raise NotEstimable("what the choice may depend on cannot be told apart")
    scale: FloatArray = features.reshape(-1, width).std(axis=0)
    for _ in range(STEPS):
        beta, now = _improved(features, chosen, beta, now)
        if (np.abs(beta * scale) > SEPARATED).any() or _singular(now[2]):
            break
        if np.abs(now[1]).max(initial=0.0) < 1e-8 * readings:
            spread = np.sqrt(np.diag(np.linalg.inv(now[2])))
            if (spread * scale > VAGUE).any():
                break
            return ChoiceModel(
                tuple(map(float, beta)), tuple(map(float, spread)), now[0], readings
            )
    raise NotEstimable("one property decides every choice")


_Point = tuple[float, FloatArray, FloatArray]


def _improved(
    features: FloatArray, chosen: IntArray, beta: FloatArray, now: _Point
) -> tuple[FloatArray, _Point]:
    """One Newton step, halved until the likelihood does not decrease."""
    step, size = np.linalg.solve(now[2], now[1]), 1.0
    while True:
        trial = _derivatives(features, chosen, beta + size * step)
        if trial[0] >= now[0] - CLOSE or size < CLOSE:
            return beta + size * step, trial
        size /= 2


def _singular(hessian: FloatArray) -> bool:
    return bool(hessian.size and np.linalg.cond(hessian) > 1e12)


def _derivatives(
    features: FloatArray, chosen: IntArray, beta: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Log likelihood, its gradient and its information (minus the Hessian)."""
    score = features @ beta
    score -= score.max(axis=1, keepdims=True)
    weight = np.exp(score)
    share = weight / weight.sum(axis=1, keepdims=True)
    at = np.arange(len(chosen))
    mean = np.einsum("ro,rof->rf", share, features)
    centred = features - mean[:, None, :]
    information = np.einsum("ro,rof,rog->fg", share, centred, centred)
    value = float(np.log(share[at, chosen]).sum())
    return value, (features[at, chosen] - mean).sum(axis=0), information


def ratio_test(large: ChoiceModel, small: ChoiceModel) -> RatioTest:
    """H0: the smaller model's features suffice."""
    chi2 = max(0.0, 2 * (large.log_likelihood - small.log_likelihood))
    df = len(large.beta) - len(small.beta)
    return RatioTest(chi2, df, float(stats.chi2.sf(chi2, df)))


def system_features(readings: int, systems: int) -> FloatArray:
    """Indicators of an output's system, for each but the first."""
    indicator = np.eye(systems)[:, 1:]
    return np.broadcast_to(indicator, (readings, *indicator.shape)).copy()
