"""Power of a planned study, by simulating the same test that the report will run.

1. Choices are drawn from the random-utility model of ``utility.py``.
2. Patients are assigned to the cases in turn; evaluators by a balanced random
   allocation, different ones for a case that several read.
3. Each study is tested by label permutation, by patients and by evaluators; it counts
   as shown if the larger p is at most alpha and the share is above chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from annotations.core.errors import StudyError
from annotations.core.planning.planned_design import Design, check_floor
from annotations.core.planning.utility import utility_for
from annotations.core.statistics.preference import best_counts, label_permutation
from annotations.core.statistics.table import IntArray
from annotations.core.wording import counted

BLOCK = 500


@dataclass(frozen=True)
class Power:
    """Power to show the preference: by both units (as the report), and by each alone.

    ``naive`` is the plain binomial test's, ``monte_carlo_se`` the simulation's error.
    """

    power: float
    monte_carlo_se: float
    patient: float
    evaluator: float
    naive: float
    deff_patient: float
    deff_evaluator: float
    floor_patient: float
    floor_evaluator: float
    studies: int


def power(design: Design, studies: int = 2000, seed: int = 1) -> Power:
    """Simulate the design.

    Raises
    ------
    StudyError
        If no result of the design could reach alpha.
    """
    check_floor(design)
    rest = (1 - design.share) / (design.systems - 1)
    utility = utility_for(
        (design.share, *[rest] * (design.systems - 1)),
        design.icc_patient,
        design.icc_evaluator,
    )
    rng = np.random.default_rng(seed)
    readings = design.cases * design.raters_per_case
    naive_p = _binomial_table(readings, design.systems)
    shown = np.zeros((studies, 4), dtype=bool)
    for start in range(0, studies, BLOCK):
        size = min(BLOCK, studies - start)
        patient, evaluator = allocated(design, size, rng)
        best = utility.choices(patient, evaluator, size, rng)
        for row in range(size):
            shown[start + row] = _tested(
                design, best[row], patient[row], evaluator[row], naive_p
            )
    rate = shown.mean(axis=0)
    return Power(
        power=float(rate[0]),
        monte_carlo_se=float((rate[0] * (1 - rate[0]) / studies) ** 0.5),
        patient=float(rate[1]),
        evaluator=float(rate[2]),
        naive=float(rate[3]),
        deff_patient=1 + (readings / design.patients - 1) * design.icc_patient,
        deff_evaluator=1 + (readings / design.evaluators - 1) * design.icc_evaluator,
        floor_patient=design.floor("patient"),
        floor_evaluator=design.floor("evaluator"),
        studies=studies,
    )


def _binomial_table(n: int, systems: int) -> list[float]:
    return [float(stats.binomtest(k, n, 1 / systems).pvalue) for k in range(n + 1)]


def allocated(
    design: Design, studies: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Patients and evaluators (studies, readings) of each simulated study."""
    cases, several = design.cases, design.raters_per_case
    patient = np.tile(
        np.repeat(np.arange(cases) % design.patients, several), (studies, 1)
    )
    shuffled = rng.permuted(np.tile(np.arange(cases), (studies, 1)), axis=1)
    turn = shuffled[:, :, None] * several + np.arange(several)
    return patient, (turn % design.evaluators).reshape(studies, -1)


def _tested(
    design: Design,
    best: IntArray,
    patient: IntArray,
    evaluator: IntArray,
    naive_p: list[float],
) -> tuple[bool, bool, bool, bool]:
    """Whether it is shown by both units, patients, evaluators, and the plain test."""
    k = int((best == 0).sum())
    if k * design.systems <= len(best):
        return (False, False, False, False)
    found = [
        label_permutation(best_counts(best, codes, design.systems), 0).p_two_sided
        <= design.alpha
        for codes in (patient, evaluator)
    ]
    return (all(found), found[0], found[1], naive_p[k] <= design.alpha)


def likert_power(
    difference: float,
    sd: float,
    cases: int,
    patients: int,
    icc: float = 0.10,
    alpha: float = 0.05,
) -> float:
    """Power to show a mean paired difference of scores: t test with patients - 1 df.

    Raises
    ------
    StudyError
        With fewer than two patients, or an SD that is not above 0.
    """
    if not 0 < sd < math.inf:
        raise StudyError(f"the SD of the differences is {sd:g}; it must be above 0")
    if patients < 2 or cases < patients:
        raise StudyError(
            "a difference of mean scores needs two patients, each with a case, not "
            f"{counted(patients, 'patient')} and {counted(cases, 'case')}"
        )
    df = patients - 1
    se = sd * ((1 + (cases / patients - 1) * icc) / cases) ** 0.5
    limit = float(stats.t.ppf(1 - alpha / 2, df))
    away = difference / se
    return float(stats.nct.sf(limit, df, away) + stats.nct.cdf(-limit, df, away))
