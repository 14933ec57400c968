"""The planner against the analysis plan's simulated table, and its refusals."""

from __future__ import annotations

import numpy as np
import pytest

from annotations.core.errors import StudyError
from annotations.core.planning.planned_design import Design
from annotations.core.planning.power import allocated, likert_power, power
from annotations.core.planning.utility import utility_for

PAPER = {"cases": 52, "patients": 6, "evaluators": 4}


@pytest.mark.parametrize(
    ("design", "naive", "patient", "evaluator", "both"),
    [
        (Design(**PAPER, share=0.60), 0.91, 0.81, 0.78, 0.74),
        (Design(**PAPER, share=0.692), 0.99, 0.96, 0.95, 0.93),
        (Design(52, 12, 8, share=0.50), 0.64, 0.57, 0.57, 0.51),
        (Design(**PAPER, share=1 / 3), 0.09, 0.04, 0.05, 0.03),
    ],
)
def test_it_gives_the_plans_table(
    design: Design, naive: float, patient: float, evaluator: float, both: float
) -> None:
    """Each within three simulation errors of 1,000 studies and the table's rounding."""
    found = power(design, studies=1000, seed=5)
    for ours, theirs in (
        (found.naive, naive),
        (found.patient, patient),
        (found.evaluator, evaluator),
        (found.power, both),
    ):
        spread = 3 * (theirs * (1 - theirs) / 1000) ** 0.5
        assert ours == pytest.approx(theirs, abs=spread + 0.025)


def test_indifference_with_tastes_rejects_as_seldom_as_it_should() -> None:
    """Headline test at most 6 % of 1,000 studies, the plain binomial above 10 %."""
    from annotations.core.planning.power import _binomial_table
    from annotations.core.statistics.preference import best_counts, label_permutation

    design = Design(**PAPER, share=1 / 3, icc_patient=0.2, icc_evaluator=0.1)
    rng = np.random.default_rng(11)
    utility = utility_for((1 / 3, 1 / 3, 1 / 3), 0.2, 0.1)
    patient, evaluator = allocated(design, 1000, rng)
    best = utility.choices(patient, evaluator, 1000, rng)
    naive_p = _binomial_table(52, 3)
    headline = naive = 0
    for row in range(1000):
        p = max(
            label_permutation(best_counts(best[row], codes[row], 3), 0).p_two_sided
            for codes in (patient, evaluator)
        )
        headline += p <= 0.05
        naive += naive_p[int((best[row] == 0).sum())] <= 0.05
    assert headline <= 60
    assert naive > 100


def test_a_design_that_cannot_reach_alpha_is_refused_with_advice() -> None:
    design = Design(**PAPER, alpha=0.001)
    with pytest.raises(StudyError, match="at least 7 patients and 7 evaluators"):
        power(design)
    with pytest.raises(StudyError, match="with 2 evaluators"):
        power(Design(52, 6, 2))


def test_two_systems_have_two_ends() -> None:
    assert Design(52, 6, 6, systems=2).floor("patient") == pytest.approx(2 / 64)
    assert Design(52, 6, 6, systems=2).fewest() == 6


@pytest.mark.parametrize(
    ("patients", "wanted"), [(6, 0.45), (10, 0.61), (20, 0.75), (30, 0.80)]
)
def test_likert_power_equals_the_plans_numbers(patients: int, wanted: float) -> None:
    assert likert_power(0.5, 1.2, 52, patients) == pytest.approx(wanted, abs=0.006)


def test_the_utilities_give_the_shares_and_the_correlation() -> None:
    utility = utility_for((0.6, 0.2, 0.2), icc_patient=0.2)
    rng = np.random.default_rng(2)
    patient = np.tile(np.arange(200).repeat(20), (10, 1))
    best = utility.choices(patient, np.zeros_like(patient), 10, rng) == 0
    assert best.mean() == pytest.approx(0.6, abs=0.015)
    by_patient = best.reshape(10, 200, 20).mean(axis=2)
    between = by_patient.var(axis=1).mean() - 0.24 * 0.8 / 20
    assert between / 0.24 == pytest.approx(0.2, abs=0.03)


def test_evaluators_are_dealt_evenly_and_differ_within_a_case() -> None:
    design = Design(52, 6, 4, raters_per_case=2)
    _, evaluator = allocated(design, 3, np.random.default_rng(0))
    for row in evaluator:
        assert set(np.bincount(row)) == {26}
        assert (row.reshape(52, 2)[:, 0] != row.reshape(52, 2)[:, 1]).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"patients": 60},
        {"raters_per_case": 5},
        {"systems": 7},
        {"share": 1.0},
        {"cases": 0},
        {"icc_patient": 0.9},
    ],
)
def test_an_impossible_design_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(StudyError):
        power(Design(**{**PAPER, **wrong}))  # type: ignore[arg-type]
