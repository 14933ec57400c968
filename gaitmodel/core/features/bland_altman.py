"""Agreement of film and mat: bias and limits of agreement (Bland & Altman).

Several walks of one subject are not independent. With repeated walks, the variance of a
single difference combines those between and within subjects (Bland & Altman, J Biopharm
Stat 17, 2007, section 5: the true value varies); intervals of the limits follow
Bland & Altman, Stat Methods Med Res 8, 1999, with subjects as the unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

LEAST = 3
"""Fewest subjects for which limits of agreement are given."""


@dataclass(frozen=True)
class Pair:
    """One walk measured twice: from the film, and by the mat."""

    clip: str
    subject: str
    film: float
    mat: float


@dataclass(frozen=True)
class Agreement:
    """Film minus mat; ``None``, with a ``reason``, where there are too few subjects."""

    n: int
    subjects: int
    bias: float | None
    bias_ci: tuple[float, float] | None
    sd: float | None
    lower: float | None
    upper: float | None
    limit_margin: float | None
    """Half the 95 % interval around each limit."""
    reason: str = ""


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Bias and 95 % limits of agreement of film minus mat, by subject."""
    groups: dict[str, list[float]] = {}
    for pair in pairs:
        groups.setdefault(pair.subject, []).append(pair.film - pair.mat)
    n, count = len(pairs), len(groups)
    if count < LEAST:
        why = f"needs at least {LEAST} subjects with both, has {count}"
        return Agreement(n, count, None, None, None, None, None, None, why)
    means = np.array([np.mean(values) for values in groups.values()])
    sizes = np.array([len(values) for values in groups.values()])
    between, within = _variances(list(groups.values()), means, sizes)
    sd = float(np.sqrt(between + within))
    bias = float(np.average(means, weights=sizes))
    error = float(np.sqrt(np.var(means, ddof=1) / count))
    t = float(stdtrit(count - 1, 0.975))
    limits = (bias - 1.96 * sd, bias + 1.96 * sd)
    margin = t * sd * float(np.sqrt(1 / count + 1.96**2 / (2 * (count - 1))))
    interval = (bias - t * error, bias + t * error)
    return Agreement(n, count, bias, interval, sd, *limits, margin)


def _variances(
    groups: Sequence[Sequence[float]], means: np.ndarray, sizes: np.ndarray
) -> tuple[float, float]:
    """Components of a one-way analysis of variance with unequal group sizes."""
    n, count = int(sizes.sum()), len(groups)
    if n == count:
        return float(np.var(means, ddof=1)), 0.0
    grand = float(np.average(means, weights=sizes))
    inside = sum(float(((np.array(g) - np.mean(g)) ** 2).sum()) for g in groups)
    within = inside / (n - count)
    among = float((sizes * (means - grand) ** 2).sum()) / (count - 1)
    usual = (n - float((sizes**2).sum()) / n) / (count - 1)
    return max((among - within) / usual, 0.0), within
