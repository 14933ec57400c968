"""The planner's words against its numbers."""

from __future__ import annotations

import pytest
from scipy import stats

from annotations.core.planning.in_words import plan_text
from annotations.core.planning.planned_design import Design
from annotations.core.planning.power import Power
from annotations.core.wording import p_floor


def found(power: float, studies: int) -> Power:
    return Power(power, 0.0, power, power, power, 1.0, 1.0, 0.001, 0.001, studies)


@pytest.mark.parametrize(("share", "systems"), [(1 / 3, 3), (0.2, 3), (0.5, 2)])
def test_no_preference_is_not_said_to_be_shown(share: float, systems: int) -> None:
    design = Design(52, 12, 8, systems=systems, share=share)
    said = plan_text(design, found(0.03, 2000))
    assert "is not preferred" in said
    assert "this study shows it" not in said
    assert "add patients" not in said


def test_all_of_100_studies_are_not_certainty() -> None:
    """Clopper and Pearson: a power of 96.4 % gives 100 of 100 in one of 40."""
    said = plan_text(Design(52, 12, 8, share=0.9), found(1.0, 100))
    exact = 1 - stats.binomtest(100, 100).proportion_ci().low
    error = float(said.split("(+/- ")[1].split(",")[0])
    assert error == pytest.approx(exact, abs=0.01)


def test_between_the_ends_the_error_is_the_usual_one() -> None:
    said = plan_text(Design(52, 12, 8), found(0.75, 2000))
    usual = 1.96 * (0.75 * 0.25 / 2000) ** 0.5
    assert f"(+/- {usual:.2f}, 2000 simulated studies)" in said
    assert "this study shows it" in said


@pytest.mark.parametrize(
    ("clusters", "text"), [(4, "0.012"), (6, "0.0014"), (8, "0.00015"), (9, "<0.0001")]
)
def test_a_floor_has_two_digits(clusters: int, text: str) -> None:
    assert p_floor(3.0**-clusters) == text
