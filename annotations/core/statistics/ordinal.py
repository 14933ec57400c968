"""The ordinal mixed model, fitted by the Laplace approximation.

logit P(Y <= j) = theta_j - (beta_system + b_patient + b_evaluator + b_case). The scores
are treated only as ordered; the random intercepts allow for patients, evaluators and
cases that are rated higher throughout. References: Agresti 2010; Christensen's
``ordinal::clmm``, whose definition is followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.table import FloatArray, IntArray, RatingTable

MOST_ROWS = 20_000
SMALLEST_SD, LOG_SD = 1e-3, (-9.0, 3.0)
FIRST_SDS = (0.5, 3.0)  # starting values; the higher of the maxima reached counts
SEPARATED = 12.0
LARGEST_LOG = 30.0  # odds beyond e^30 are of no use as a limit
LOGISTIC_VARIANCE = np.pi**2 / 3


@dataclass(frozen=True)
class OddsRatio:
    """The odds of a higher score against the first system; Wald 95 % interval."""

    beta: float
    se: float | None
    odds_ratio: float
    lo: float | None
    hi: float | None


@dataclass(frozen=True)
class OrdinalModel:
    """``sd`` and ``icc`` of the random intercepts; an SD of 0 is on the boundary."""

    n: int
    odds: Mapping[str, OddsRatio]
    thresholds: tuple[float, ...]
    sd: Mapping[str, float]
    icc: Mapping[str, float]
    log_likelihood: float


@dataclass(frozen=True)
class _Data:
    """Category ``y`` (n,), fixed part ``x`` (n, p), codes of each random term (n,)."""

    y: IntArray
    x: FloatArray
    terms: tuple[IntArray, ...]
    design: FloatArray
    term_of: IntArray
    categories: int


def ordinal_model(table: RatingTable, values: FloatArray) -> OrdinalModel:
    """Fit one criterion, ``values`` (tasks, systems); unit: the rating.

    Raises
    ------
    NotEstimable
        With fewer than two categories or systems rated, with more than 20,000 ratings,
        or if one system's scores are all, or nearly all, above another's.
    """
    task, system = np.nonzero(~np.isnan(values))
    names = {"patient": table.patient, "evaluator": table.evaluator, "case": table.case}
    if len(table.cases) == len(table.patients):
        del names["case"]
    terms = {k: v[task] for k, v in names.items() if len(np.unique(v[task])) > 1}
    if len(np.unique(system)) < len(table.systems):
        raise NotEstimable("a system has no rating")
    fixed = np.eye(len(table.systems))[:, 1:][system]
    fit = fit_ordinal(values[task, system], fixed, terms)
    odds = dict(zip(table.systems[1:], fit.odds.values(), strict=True))
    return OrdinalModel(
        fit.n, odds, fit.thresholds, fit.sd, fit.icc, fit.log_likelihood
    )


def fit_ordinal(
    scores: FloatArray, fixed: FloatArray, terms: Mapping[str, IntArray]
) -> OrdinalModel:
    """``scores`` (n,), ``fixed`` (n, p) without intercept, ``terms`` codes (n,) each.

    Unused categories are removed.
    """
    data = _data(scores, fixed, terms)
    free = data.categories - 1 + fixed.shape[1]
    found = max(
        (_climb(data, free, len(terms), sd) for sd in FIRST_SDS),
        key=lambda top: -top.fun,
    )
    beta = found.x[data.categories - 1 : free]
    if (np.abs(beta) > SEPARATED).any():
        raise NotEstimable("one system's scores lie wholly, or nearly, above another's")
    sds = np.exp(found.x[free:])
    sds = np.where(sds < SMALLEST_SD, 0.0, sds)
    spread = _standard_errors(data, found.x, free)
    total = float((sds**2).sum() + LOGISTIC_VARIANCE)
    return OrdinalModel(
        n=len(scores),
        odds={
            str(i): odds_ratio(float(b), spread[data.categories - 1 + i])
            for i, b in enumerate(beta)
        },
        thresholds=tuple(map(float, _thresholds(found.x[: data.categories - 1]))),
        sd=dict(zip(terms, map(float, sds), strict=True)),
        icc={k: float(s**2 / total) for k, s in zip(terms, sds, strict=True)},
        log_likelihood=-float(found.fun),
    )


def _climb(
    data: _Data, free: int, terms: int, first_sd: float
) -> optimize.OptimizeResult:
    """The maximum reached from the pooled thresholds, no effects, and this SD."""
    slopes = np.zeros(data.x.shape[1])
    sds = np.full(terms, np.log(first_sd))
    return optimize.minimize(  # type: ignore[call-overload, no-any-return]
        lambda p: -_laplace(data, p),
        np.concatenate([_start(data), slopes, sds]),
        method="L-BFGS-B",
        bounds=[(-25.0, 25.0)] * free + [LOG_SD] * terms,
        options={"maxiter": 300, "ftol": 1e-11, "gtol": 1e-6},
    )


def odds_ratio(beta: float, se: float | None) -> OddsRatio:
    """exp(beta) with its Wald limits; none where they overflow."""
    ratio = float(np.exp(beta))
    if se is None or abs(beta) + 1.96 * se > LARGEST_LOG:
        return OddsRatio(beta, se, ratio, None, None)
    lo, hi = np.exp(beta - 1.96 * se), np.exp(beta + 1.96 * se)
    return OddsRatio(beta, se, ratio, float(lo), float(hi))


def _data(
    scores: FloatArray, fixed: FloatArray, terms: Mapping[str, IntArray]
) -> _Data:
    if len(scores) > MOST_ROWS:
        raise NotEstimable(f"more than {MOST_ROWS} ratings: the model is not fitted")
    used, y = np.unique(scores, return_inverse=True)
    if len(used) < 2:
        raise NotEstimable("fewer than two scores were ever given")
    codes = tuple(np.unique(term, return_inverse=True)[1] for term in terms.values())
    blocks = [np.eye(int(code.max()) + 1)[code] for code in codes]
    design = np.concatenate(blocks, axis=1) if blocks else np.zeros((len(y), 0))
    sizes = [block.shape[1] for block in blocks]
    term_of = np.repeat(np.arange(len(blocks)), sizes)
    return _Data(y, fixed, codes, design, term_of, len(used))


def _start(data: _Data) -> FloatArray:
    """Thresholds of the pooled shares: the first, then logs of the steps."""
    below = np.cumsum(np.bincount(data.y))[:-1] / len(data.y)
    levels = special.logit(below)
    return np.concatenate([levels[:1], np.log(np.diff(levels))])


def _thresholds(free: FloatArray) -> FloatArray:
    return np.cumsum(np.concatenate([free[:1], np.exp(free[1:])]))


def _laplace(data: _Data, parameters: FloatArray) -> float:
    """log L = max over u of [log p(y | u) - u'u/2] - log det(I + D Z'WZ D)/2."""
    cuts = data.categories - 1
    width = data.x.shape[1]
    edges = np.concatenate([[-np.inf], _thresholds(parameters[:cuts]), [np.inf]])
    linear = data.x @ parameters[cuts : cuts + width]
    sd = np.exp(parameters[cuts + width :])[data.term_of]
    scaled = data.design * sd
    u = np.zeros(scaled.shape[1])
    value, slope, weight = _terms_of(edges, data.y, linear)
    for _ in range(60):
        information = scaled.T @ (weight[:, None] * scaled) + np.eye(len(u))
        gradient = scaled.T @ slope - u
        if not len(u) or np.abs(gradient).max() < 1e-9:
            break
        step, size = np.linalg.solve(information, gradient), 1.0
        before = value - u @ u / 2
        while size > 1e-6:
            trial = u + size * step
            value, slope, weight = _terms_of(edges, data.y, linear + scaled @ trial)
            if value - trial @ trial / 2 >= before - 1e-12:
                break
            size /= 2
        u = trial
    information = scaled.T @ (weight[:, None] * scaled) + np.eye(len(u))
    return float(value - u @ u / 2 - np.linalg.slogdet(information)[1] / 2)


def _terms_of(
    edges: FloatArray, y: IntArray, linear: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Log likelihood, its slope and minus its curvature in the linear predictor."""
    upper = special.expit(edges[y + 1] - linear)
    lower = special.expit(edges[y] - linear)
    value = float(np.log(np.maximum(upper - lower, 1e-300)).sum())
    weight: FloatArray = upper * (1 - upper) + lower * (1 - lower)
    return value, upper + lower - 1, weight


def _standard_errors(data: _Data, at: FloatArray, free: int) -> list[float | None]:
    """From the observed information; SDs on the boundary are held fixed."""
    moving = [*range(free), *(free + i for i in np.flatnonzero(at[free:] > -4.0))]
    step, size = 1e-3, len(moving)
    information = np.zeros((size, size))

    def value(i: int, j: int, one: float, other: float) -> float:
        moved = at.copy()
        moved[moving[i]] += one
        moved[moving[j]] += other
        return _laplace(data, moved)

    for i in range(size):
        for j in range(i, size):
            mixed = value(i, j, step, step) - value(i, j, step, -step)
            mixed += value(i, j, -step, -step) - value(i, j, -step, step)
            information[i, j] = information[j, i] = -mixed / (4 * step**2)
    try:
        variance = np.diag(np.linalg.inv(information))[:free]
    except np.linalg.LinAlgError:
        return [None] * free
    return [float(v**0.5) if v > 0 else None for v in variance]
