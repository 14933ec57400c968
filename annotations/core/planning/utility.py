"""Simulated choices: a random-utility model with tastes of patients and evaluators.

u = beta_system + a[patient, system] + b[evaluator, system] + Gumbel noise; the system
with the largest u is chosen. a and b are normal; their SDs are calibrated so that the
target's share has the given intraclass correlations. Reference: McFadden 1974.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import optimize

from annotations.core.errors import StudyError
from annotations.core.planning.planned_design import LARGEST_ICC
from annotations.core.statistics.table import FloatArray, IntArray

DRAWS, ROUNDS, WIDEST = 20_000, 200, 12.0


@dataclass(frozen=True)
class Utility:
    """Mean utilities (systems,), and the SDs of patients' and evaluators' tastes."""

    beta: FloatArray
    sd_patient: float
    sd_evaluator: float

    def choices(
        self,
        patient: IntArray,
        evaluator: IntArray,
        studies: int,
        rng: np.random.Generator,
    ) -> IntArray:
        """The column chosen (studies, readings), for codes (studies or 1, readings)."""
        systems = len(self.beta)
        size = (studies, int(patient.max()) + 1, systems)
        taste = rng.normal(scale=self.sd_patient or 0.0, size=size)
        size = (studies, int(evaluator.max()) + 1, systems)
        mood = rng.normal(scale=self.sd_evaluator or 0.0, size=size)
        rows = np.arange(studies)[:, None]
        utility = self.beta + taste[rows, patient] + mood[rows, evaluator]
        chosen: IntArray = (utility + rng.gumbel(size=utility.shape)).argmax(axis=2)
        return chosen


def utility_for(
    shares: Sequence[float], icc_patient: float = 0.0, icc_evaluator: float = 0.0
) -> Utility:
    """The model whose shares are ``shares`` and whose first system has these ICCs.

    Deterministic: calibrated on fixed draws.

    Raises
    ------
    StudyError
        If the shares do not sum to 1, or an ICC cannot be reached.
    """
    wanted = np.array(shares, dtype=float)
    if len(wanted) < 2 or (wanted <= 0).any() or abs(wanted.sum() - 1) > 1e-9:
        raise StudyError("the shares must be above 0 and add to 1")
    for name, icc in (("patient", icc_patient), ("evaluator", icc_evaluator)):
        if not 0 <= icc <= LARGEST_ICC:
            raise StudyError(
                f"the ICC of {name}s is {icc}; it must lie in 0 to {LARGEST_ICC}"
            )
    patient = _sd_for(tuple(wanted), icc_patient)
    evaluator = _sd_for(tuple(wanted), icc_evaluator)
    noise = _draws(len(wanted), 0) * patient + _draws(len(wanted), 1) * evaluator
    return Utility(_beta(wanted, noise), patient, evaluator)


@cache
def _draws(systems: int, stream: int) -> FloatArray:
    draws = np.random.default_rng([17, stream]).normal(size=(DRAWS, systems))
    centred: FloatArray = (draws - draws.mean(axis=0)) / draws.std(axis=0)
    return centred


@cache
def _sd_for(wanted: tuple[float, ...], icc: float) -> float:
    if icc == 0:
        return 0.0
    shares = np.array(wanted)
    draws = _draws(len(shares), 0)

    def excess(sd: float) -> float:
        target = _probabilities(_beta(shares, sd * draws), sd * draws)[:, 0]
        return float(target.var() / (shares[0] * (1 - shares[0]))) - icc

    if excess(WIDEST) < 0:
        raise StudyError(f"an ICC of {icc} cannot be reached with these shares")
    return float(optimize.brentq(excess, 1e-3, WIDEST, xtol=1e-3))


def _beta(wanted: FloatArray, noise: FloatArray) -> FloatArray:
    """The mean utilities that give the marginal shares, by fixed-point iteration."""
    beta = np.log(wanted)
    for _ in range(ROUNDS):
        step = np.log(wanted / _probabilities(beta, noise).mean(axis=0))
        beta = beta + 1.2 * step
        if np.abs(step).max() < 1e-6:
            break
    return beta


def _probabilities(beta: FloatArray, noise: FloatArray) -> FloatArray:
    score = beta + noise
    weight = np.exp(score - score.max(axis=1, keepdims=True))
    share: FloatArray = weight / weight.sum(axis=1, keepdims=True)
    return share
