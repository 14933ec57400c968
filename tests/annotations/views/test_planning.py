"""The planner's page: words, a plot with its table, and plain refusals."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from annotations.core.planning.planned_design import LARGEST_ICC, Design
from annotations.core.planning.power_grid import around, power_grid, power_svg
from tests.people import lead

pytestmark = pytest.mark.django_db
ASKED = {
    "cases": 52, "patients": 6, "evaluators": 4, "raters_per_case": 1, "systems": 3,
    "share": 0.6, "icc_patient": 0.1, "icc_evaluator": 0.05, "alpha": 0.05,
}  # fmt: skip


@pytest.fixture
def cleo() -> Client:
    client = Client()
    client.force_login(lead("cleo"))
    return client


def test_the_form_alone_simulates_nothing(cleo: Client) -> None:
    page = cleo.get(reverse("planner")).content.decode()
    assert "Simulate" in page
    assert page.count(f'max="{LARGEST_ICC}"') == 2
    assert "<svg" not in page


def test_a_design_gives_words_a_plot_and_its_table(cleo: Client) -> None:
    page = cleo.get(reverse("planner"), ASKED).content.decode()
    assert "52 cases of 6 patients" in page
    assert page.count('class="line"') >= 3
    assert "24 patients" in page
    assert "52 cases as planned. The line" in page


def test_the_caption_names_more_cases_than_were_planned(cleo: Client) -> None:
    """Four times 26 patients need 104 cases, where 52 are planned."""
    page = cleo.get(reverse("planner"), ASKED | {"patients": 26}).content.decode()
    assert "52 cases as planned, but 104 with 104 patients, one for each" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"patients": 60}, "need at least as many cases"),
        ({"patients": 2}, "plan at least 3 patients"),
        ({"systems": 9}, "less than or equal to 6"),
        ({"share": "much"}, "Enter a number"),
    ],
)
def test_what_cannot_be_planned_is_said(
    cleo: Client, changed: dict[str, object], words: str
) -> None:
    answer = cleo.get(reverse("planner"), ASKED | changed)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_more_patients_give_more_power_and_too_few_none() -> None:
    lines = power_grid(Design(52, 6, 4, share=0.6), [2, 6, 26], [4])
    assert lines[0].powers[0] is None
    assert (lines[0].powers[1] or 0) < (lines[0].powers[2] or 0)
    assert power_svg([2, 6, 26], lines).count("<circle") == 2


def test_the_grid_lies_around_the_design() -> None:
    assert around(6, (2, 200)) == [3, 6, 12, 24]
    assert around(1, (2, 200)) == [2, 4]
