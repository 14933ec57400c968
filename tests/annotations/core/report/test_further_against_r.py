"""What surrounds the result against R (``tests/data/reference/further.R``).

Two invented studies: ``study.csv`` (some cases read twice, scores missing) and
``overlap.csv`` (four evaluators read every case, some a second time; guesses, claims,
best choices without a second). R 4.2.2 with clubSandwich, lme4, psych and survival;
permutations and resamples are enumerated there one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from annotations.core.ratings.ratings_csv import read_ratings
from annotations.core.report.analysis import StudyAnalysis, analyse
from tests.annotations.core.studies import CRITERIA

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
STUDIES = ("study", "overlap")
SYSTEMS = ("full", "zero_shot", "no_bio")
PAIRS = ("full vs zero_shot", "full vs no_bio", "zero_shot vs no_bio")
UNITS = ("patient", "evaluator")


@cache
def r(study: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REFERENCE / "further.json").read_text())[study]
    return found


@cache
def ours(study: str) -> StudyAnalysis:
    return analyse(read_ratings(REFERENCE / f"{study}.csv").outputs, "full")


def each_number(expected: dict[str, Any], found: object) -> Iterator[tuple[Any, Any]]:
    """Every number of R beside the attribute of its name."""
    for name, value in expected.items():
        own = found[name] if isinstance(found, dict) else getattr(found, name)
        if isinstance(value, dict):
            yield from each_number(value, own)
        else:
            yield own, value


def assert_equal(found: object, expected: dict[str, Any], rel: float = 1e-9) -> None:
    for own, value in each_number(expected, found):
        assert own == pytest.approx(value, rel=rel, abs=1e-12)


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("unit", UNITS)
def test_the_headline_of_a_share_equals_r(study: str, unit: str) -> None:
    best, expected = ours(study).best["full"], r(study)
    assert_equal(getattr(best, f"permutation_{unit}"), expected["permutation"][unit])
    assert_equal(
        getattr(best, f"korn_graubard_{unit}"), expected["korn_graubard"][unit]
    )
    assert_equal(getattr(best, f"design_{unit}"), expected["design"][unit])
    assert_equal(ours(study).leave_one_out[unit], expected["leave_one_out"][unit])


@pytest.mark.parametrize("study", STUDIES)
def test_choices_between_the_systems_equal_r(study: str) -> None:
    found, expected = ours(study).choices, r(study)
    assert_equal(found.equal_shares, expected["equal_shares"])
    for pair in PAIRS:
        duel = found.head_to_head[pair]
        assert duel is not None
        assert duel.p == pytest.approx(expected["head_to_head"][pair], rel=1e-9)


@pytest.mark.parametrize("study", STUDIES)
def test_plackett_luce_equals_the_rank_ordered_logit_of_survival(study: str) -> None:
    found, expected = ours(study).further.ranks, r(study)
    assert found is not None
    assert (found.best_only > 0) == (study == "overlap")
    assert_equal(dict(found.worth or {}), expected["worth"], 1e-6)
    assert_equal(dict(found.mean_rank or {}), expected["mean_rank"])


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("criterion", CRITERIA)
def test_davidsons_model_equals_the_log_linear_one(study: str, criterion: str) -> None:
    found = ours(study).further.davidson[criterion]
    expected = r(study)["criteria"][criterion]["davidson"]
    assert found is not None
    assert_equal(dict(found.worth), expected["worth"], 1e-5)
    assert found.tie == pytest.approx(expected["tie"], rel=1e-5)


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("criterion", CRITERIA)
def test_pairs_flip_signs_and_rank_as_r_does(study: str, criterion: str) -> None:
    found, expected = ours(study).criteria[criterion], r(study)["criteria"][criterion]
    for system in SYSTEMS:
        assert found.systems[system].patient_mean == pytest.approx(
            expected["patient_mean"][system], rel=1e-12
        )
    for pair in PAIRS:
        own, theirs = found.pairs[pair], expected["pairs"][pair]
        assert own.sign_flip == pytest.approx(theirs["sign_flip"], rel=1e-9)
        assert own.rank_biserial == pytest.approx(theirs["rank_biserial"], rel=1e-9)
        assert_equal(own.ci_superiority, theirs["superiority"])


@pytest.mark.parametrize("study", STUDIES)
def test_place_and_words_beside_the_system_equal_conditional_logit(study: str) -> None:
    found, expected = ours(study).further, r(study)
    assert found.position is not None
    assert_equal(found.position, expected["position"])
    assert_equal(found.position.given_system, expected["position_given_system"], 1e-5)
    words = found.text["words"]
    assert words is not None
    assert_equal(words.given_system, expected["words_given_system"], 1e-5)


@pytest.mark.parametrize("study", STUDIES)
def test_evaluators_equal_r(study: str) -> None:
    found, expected = ours(study).further.raters, r(study)
    assert found.p_taste == pytest.approx(expected["taste"], rel=1e-6)
    for rater in found.raters:
        assert_equal(rater, expected["raters"][rater.name])


@pytest.mark.parametrize("criterion", CRITERIA)
def test_full_overlap_equals_r(criterion: str) -> None:
    found, expected = ours("overlap"), r("overlap")
    for pair in PAIRS[:2]:  # the target's
        theirs = expected["two_way"][criterion][pair]
        assert_equal(found.further.overlap[criterion][pair], theirs)
    bootstrap = found.further.bootstrap[criterion]
    assert bootstrap is not None
    for system in SYSTEMS:
        limits = expected["bootstrap"][criterion][system]
        assert bootstrap[system] == pytest.approx(
            (limits["lo"], limits["hi"]), rel=1e-9
        )


@pytest.mark.parametrize("criterion", CRITERIA)
def test_agreement_equals_psych(criterion: str) -> None:
    found = ours("overlap").criteria[criterion].agreement
    expected = r("overlap")["agreement"][criterion]
    assert found.icc_2_1 == pytest.approx(expected["icc_2_1"], rel=1e-9)
    assert found.ci_icc is not None
    assert found.ci_icc.lo == pytest.approx(expected["icc_lo"], rel=1e-6)
    assert found.ci_icc.hi == pytest.approx(expected["icc_hi"], rel=1e-6)
    assert found.weighted_kappa == pytest.approx(expected["weighted_kappa"], rel=1e-9)


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("criterion", CRITERIA)
def test_ac2_equals_irrcac(study: str, criterion: str) -> None:
    """``irrcac.py`` and its output: another package, quadratic weights."""
    stored = json.loads((REFERENCE / "irrcac.json").read_text())
    found = ours(study).criteria[criterion].agreement.gwet_ac2
    assert found == pytest.approx(stored[study][criterion], abs=1e-12)


def test_the_second_reading_equals_psych() -> None:
    assert_equal(ours("overlap").further.retest, r("overlap")["retest"])


def test_blinding_equals_r() -> None:
    found, expected = ours("overlap").further.blinding, dict(r("overlap")["blinding"])
    assert found is not None
    assert_equal(found.permutation_evaluator, expected.pop("permutation"))
    assert found.bang.index == pytest.approx(expected.pop("bang"), rel=1e-12)
    assert found.bang.se == pytest.approx(expected.pop("se"), rel=1e-12)
    assert_equal(found, expected)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("verdict", ["supported", "contradicted"])
def test_accord_with_the_evidence_check_equals_r(criterion: str, verdict: str) -> None:
    found = ours("overlap").further.evidence[criterion][verdict]
    assert_equal(found, r("overlap")["evidence"][criterion][verdict])
