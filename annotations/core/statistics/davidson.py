"""Bradley-Terry with ties (Davidson 1970), from the ratings of one criterion.

P(i > j) : P(tie) : P(j > i) = pi_i : nu sqrt(pi_i pi_j) : pi_j.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import optimize

from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.table import FloatArray


@dataclass(frozen=True)
class Davidson:
    """``worth`` sums to 1; ``tie`` is nu: 0 means that ties never occur."""

    worth: Mapping[str, float]
    tie: float
    comparisons: int


def davidson(values: FloatArray, systems: tuple[str, ...]) -> Davidson:
    """``values`` (tasks, systems): every pair rated in a task is one comparison.

    Raises
    ------
    NotEstimable
        Without comparisons or ties, or if a system is never, or always, rated higher.
    """
    size = len(systems)
    wins, ties = np.zeros((size, size)), np.zeros((size, size))
    for i, j in combinations(range(size), 2):
        moved = values[:, i] - values[:, j]
        wins[i, j], wins[j, i] = (moved > 0).sum(), (moved < 0).sum()
        ties[i, j] = (moved == 0).sum()
    linked = np.eye(size) + wins
    if not np.linalg.matrix_power(linked, size).all() or not ties.sum():
        raise NotEstimable(
            "needs ties, and every system rated above and below the others"
        )

    def loss(free: FloatArray) -> float:
        theta, log_nu = np.append(free[:-1], 0.0), free[-1]
        total = 0.0
        for i, j in combinations(range(size), 2):
            middle = log_nu + (theta[i] + theta[j]) / 2
            bottom = np.logaddexp(np.logaddexp(theta[i], theta[j]), middle)
            total -= wins[i, j] * theta[i] + wins[j, i] * theta[j] + ties[i, j] * middle
            total += (wins[i, j] + wins[j, i] + ties[i, j]) * bottom
        return float(total)

    found = optimize.minimize(loss, np.zeros(size), method="BFGS", tol=1e-10)
    worth = np.exp(np.append(found.x[:-1], 0.0))
    worth /= worth.sum()
    named = dict(zip(systems, map(float, worth), strict=True))
    return Davidson(named, float(np.exp(found.x[-1])), int(wins.sum() + ties.sum()))
