"""The analysis as a whole: the paper's numbers, the contract, and its symmetries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.core.errors import StudyError
from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.report.analysis import StudyAnalysis, analyse
from annotations.core.report.report_json import analysis_json
from annotations.core.report.tables import report_markdown
from tests.annotations.core.studies import (
    CRITERIA,
    FULL,
    NO_BIO,
    PRINTED,
    ZERO,
    null_study,
    paper_study,
)

SYSTEMS = (FULL, ZERO, NO_BIO)


@pytest.fixture(scope="module")
def paper() -> StudyAnalysis:
    return analyse(paper_study(), FULL)


def test_the_twelve_means_are_the_papers(paper: StudyAnalysis) -> None:
    for system, printed in PRINTED.items():
        means = [paper.criteria[c].systems[system].mean for c in CRITERIA]
        assert [f"{mean:.2f}" for mean in means] == list(printed)


def test_36_of_52_equals_the_r_session(paper: StudyAnalysis) -> None:
    """tests/data/reference/binom_36_of_52.R"""
    best = paper.best[FULL]
    assert (best.k, best.n) == (36, 52)
    assert best.binomial is not None
    assert best.binomial.p_two_sided == pytest.approx(1.52107268521732e-07, rel=1e-12)
    assert paper.choices.equal_shares is not None
    assert paper.choices.equal_shares.chi2 == pytest.approx(32)
    assert paper.choices.equal_shares.p == pytest.approx(1.12535174719259e-07)
    duel = paper.choices.head_to_head[f"{FULL} vs {ZERO}"]
    assert duel is not None
    assert (duel.k, duel.n) == (36, 48)
    assert duel.p == pytest.approx(0.000717269673394583, rel=1e-12)


def test_patients_and_evaluators_as_units_equal_the_plans_numbers(
    paper: StudyAnalysis,
) -> None:
    best = paper.best[FULL]
    patient, evaluator = best.korn_graubard_patient, best.korn_graubard_evaluator
    assert patient is not None
    assert evaluator is not None
    assert (patient.lo, patient.hi) == pytest.approx((0.4947, 0.8490), abs=5e-5)
    assert patient.n_eff == pytest.approx(29.1, abs=0.05)
    assert (evaluator.lo, evaluator.hi) == pytest.approx((0.4286, 0.8873), abs=5e-5)
    assert evaluator.n_eff == pytest.approx(17.2, abs=0.05)
    for test, p in (
        (best.permutation_patient, 1 / 729),
        (best.permutation_evaluator, 1 / 81),
    ):
        assert test is not None
        assert (test.p_two_sided, test.floor) == pytest.approx((p, p))
    assert paper.headline.unit == "evaluator"
    assert paper.headline.p == pytest.approx(1 / 81)


def test_tastes_of_patients_are_no_evidence() -> None:
    """32 of 52 without any true effect: naive p 4.3e-05, ICC .86, DEFF 7.6, .084."""
    result = analyse(null_study(), FULL)
    best = result.best[FULL]
    assert best.binomial is not None
    assert best.binomial.p_two_sided == pytest.approx(4.3e-05, abs=5e-07)
    assert best.design_patient is not None
    assert best.design_patient.icc == pytest.approx(0.86, abs=0.005)
    assert best.design_patient.deff == pytest.approx(7.6, abs=0.05)
    assert best.korn_graubard_patient is not None
    assert best.korn_graubard_patient.lo == pytest.approx(0.10, abs=0.005)
    assert best.korn_graubard_patient.hi == pytest.approx(0.98, abs=0.005)
    assert result.headline.p == pytest.approx(0.084, abs=5e-4)
    assert "no evidence" in result.headline.sentence
    assert "p < 0.001; they are not" in result.headline.sentence


CONTRACT = {
    "n": {"cases", "patients", "evaluators", "ratings", "missing"},
    "system": {"n", "mean", "sd", "median", "counts", "ci_patient", "ci_evaluator"},
    "pair": {
        "n", "mean_diff", "ci_patient", "ci_evaluator", "wins", "ties", "losses",
        "prob_superiority", "wilcoxon", "sign_flip", "p_holm",
    },
    "friedman": {"n", "chi2", "df", "p", "kendall_w"},
    "agreement": {"krippendorff_alpha", "gwet_ac2", "icc_2_1"},
    "best": {
        "k", "n", "share", "binomial", "korn_graubard_patient",
        "korn_graubard_evaluator", "permutation_patient", "permutation_evaluator",
    },
    "binomial": {"null", "p_two_sided", "p_greater", "clopper_pearson", "wilson"},
    "korn_graubard": {"lo", "hi", "n_eff"},
    "permutation": {"p_two_sided", "p_greater", "floor"},
    "headline": {"system", "p", "unit", "floor", "sentence"},
}  # fmt: skip


def test_the_json_holds_every_key_of_the_contract(paper: StudyAnalysis) -> None:
    found = analysis_json(paper)
    assert set(found["n"]) >= CONTRACT["n"]
    assert set(found["criteria"]) == set(CRITERIA)
    for criterion in found["criteria"].values():
        assert list(criterion["systems"])[0] == FULL
        for system in criterion["systems"].values():
            assert set(system) >= CONTRACT["system"]
            assert set(system["ci_patient"]) >= {"lo", "hi", "df"}
            assert set(system["counts"]) == set("12345")
        assert f"{FULL} vs {ZERO}" in criterion["pairs"]
        for pair in criterion["pairs"].values():
            assert set(pair) >= CONTRACT["pair"]
            assert set(pair["wilcoxon"]) >= {"w_plus", "w_minus", "p"}
            assert set(pair["sign_flip"]) == {"p"}
        assert set(criterion["friedman"]) >= CONTRACT["friedman"]
        assert set(criterion["agreement"]) >= CONTRACT["agreement"]
    best = found["best"][FULL]
    assert set(best) >= CONTRACT["best"]
    assert set(best["binomial"]) >= CONTRACT["binomial"]
    for unit in ("patient", "evaluator"):
        assert set(best[f"korn_graubard_{unit}"]) >= CONTRACT["korn_graubard"]
        assert set(best[f"permutation_{unit}"]) >= CONTRACT["permutation"]
    assert len(best["binomial"]["wilson"]) == 2
    assert set(found["headline"]) >= CONTRACT["headline"]
    assert isinstance(found["reasons"], dict)


def test_holm_covers_the_target_against_each_comparator(paper: StudyAnalysis) -> None:
    pairs = [
        pair for result in paper.criteria.values() for pair in result.pairs.values()
    ]
    assert sum(pair.p_holm is not None for pair in pairs) == 8
    assert all((pair.a == FULL) == (pair.p_holm is not None) for pair in pairs)


def test_without_a_target_there_is_no_headline() -> None:
    result = analyse(paper_study())
    assert result.headline.p is None
    assert "exploratory" in result.headline.sentence
    assert result.systems[0] == FULL


def test_leaving_one_evaluator_out_shows_the_range(paper: StudyAnalysis) -> None:
    result = paper.leave_one_out["evaluator"]
    assert result is not None
    assert (result.lowest, result.highest) == (25 / 39, 29 / 39)


def nulls(found: Any, path: str = "") -> Iterator[str]:
    if found is None:
        yield path
    elif isinstance(found, dict):
        for key, value in found.items():
            if key != "reasons":
                yield from nulls(value, f"{path}.{key}" if path else key)
    elif isinstance(found, list):
        for item in found:
            yield from nulls(item, path)


def has_reason(path: str, reasons: dict[str, str]) -> bool:
    return any(path == known or path.startswith(f"{known}.") for known in reasons)


@st.composite
def small_studies(draw: st.DrawFn) -> list[RatedOutput]:
    """Any valid ratings: a few cases, gaps everywhere, 2 to 4 systems, repeats."""
    systems = draw(st.integers(2, 4))
    score = st.one_of(st.none(), st.integers(1, 5))
    patient_of = draw(st.lists(st.integers(0, 3), min_size=1, max_size=5))
    rows = []
    for case, patient in enumerate(patient_of):
        for evaluator in draw(st.sets(st.integers(0, 2), min_size=1, max_size=3)):
            for occasion in range(1, draw(st.integers(1, 2)) + 1):
                picks = draw(st.permutations(range(systems)))
                answered = draw(st.sampled_from(["both", "best", "none", "blank"]))
                guessed = draw(st.integers(-2, systems - 1))
                for model in draw(st.permutations(range(systems))):
                    blank = answered == "blank"
                    rows.append(
                        RatedOutput(
                            case=f"c{case}",
                            patient=f"p{patient}",
                            evaluator=f"e{evaluator}",
                            model=f"m{model}",
                            position="ABCD"[model],
                            scores={c: draw(score) for c in ("clear", "true")},
                            best=None
                            if blank
                            else answered != "none" and picks[0] == model,
                            second=None
                            if blank
                            else answered == "both" and picks[1] == model,
                            occasion=occasion,
                            words=draw(st.one_of(st.none(), st.integers(0, 90))),
                            correct=draw(st.sampled_from([None, True, False])),
                            guess=None if guessed == -2 else guessed == model,
                            numerals=draw(st.one_of(st.none(), st.integers(0, 5))),
                        )
                    )
    return rows


@settings(max_examples=60, deadline=None)
@given(small_studies(), st.sampled_from(["", "m0"]))
def test_any_valid_ratings_give_numbers_or_reasons(
    rows: list[RatedOutput], target: str
) -> None:
    result = analyse(rows, target)
    found = analysis_json(result)
    json.dumps(found, allow_nan=False)
    for path in nulls(found):
        assert has_reason(path, found["reasons"]), path
    assert "nan" not in report_markdown(result).lower().replace("finance", "")


def renamed(rows: list[RatedOutput]) -> list[RatedOutput]:
    names = {FULL: ZERO, ZERO: NO_BIO, NO_BIO: FULL}
    return [replace(row, model=names[row.model]) for row in rows]


def test_relabelling_the_systems_permutes_the_results(paper: StudyAnalysis) -> None:
    moved = analyse(renamed(paper_study()), ZERO)
    assert moved.best[ZERO] == paper.best[FULL]
    for criterion in CRITERIA:
        ours, theirs = paper.criteria[criterion], moved.criteria[criterion]
        assert theirs.systems[ZERO] == ours.systems[FULL]
        assert theirs.friedman == pytest.approx(ours.friedman)
    assert moved.headline.p == paper.headline.p


def numbers(found: Any, path: str = "") -> dict[str, float]:
    if isinstance(found, dict):
        return {
            key: number
            for name, value in found.items()
            for key, number in numbers(value, f"{path}.{name}").items()
        }
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return {}
    return {path: float(found)}


def test_shuffling_the_rows_changes_nothing(paper: StudyAnalysis) -> None:
    rows = paper_study()
    shuffled = [rows[i] for i in np.random.default_rng(0).permutation(len(rows))]
    ours = analysis_json(paper)
    theirs = analysis_json(analyse(shuffled, FULL))
    for part in ("n", "criteria", "best", "headline", "choices"):
        wanted, got = numbers(ours[part]), numbers(theirs[part])
        common = wanted.keys() & got.keys()
        assert len(common) >= 0.6 * len(wanted)  # pairs may be named the other way
        assert {k: got[k] for k in common} == pytest.approx(
            {k: wanted[k] for k in common}
        )


def test_twice_the_patients_shrink_every_interval(paper: StudyAnalysis) -> None:
    rows = paper_study()
    again = [
        replace(row, case=f"{row.case}x", patient=f"{row.patient}x") for row in rows
    ]
    twice = analyse(rows + again, FULL)
    for system in SYSTEMS:
        for criterion in CRITERIA:
            one = paper.criteria[criterion].systems[system].ci_patient
            two = twice.criteria[criterion].systems[system].ci_patient
            assert one is not None
            assert two is not None
            assert two.hi - two.lo < one.hi - one.lo
    assert twice.headline.p is not None
    one_p = paper.best[FULL].permutation_patient
    two_p = twice.best[FULL].permutation_patient
    assert one_p is not None
    assert two_p is not None
    assert two_p.p_two_sided < one_p.p_two_sided


def test_seven_systems_are_too_many() -> None:
    rows = [
        RatedOutput("c", "p", "e", f"m{i}", "", {"clear": 3}, None, None)
        for i in range(7)
    ]
    with pytest.raises(StudyError, match="at most 6"):
        analyse(rows)


def test_blanks_are_no_losses_and_ties_are_no_choices() -> None:
    rows = paper_study()
    first = rows[0].case
    blanked = [
        replace(row, best=None, second=None) if row.case == first else row
        for row in rows
    ]
    best = analyse(blanked, FULL).best[FULL]
    assert (best.k, best.n) == (35, 51)
    assert best.bounds == pytest.approx((35 / 52, 36 / 52))


def test_full_overlap_gives_agreement_and_an_interval_for_new_evaluators() -> None:
    rng = np.random.default_rng(4)
    rows = []
    for row in paper_study():
        for evaluator in ("e1", "e2", "e3"):
            moved = {c: int(np.clip(v + rng.integers(-1, 2), 1, 5))
                     for c, v in row.scores.items() if v}  # fmt: skip
            rows.append(replace(row, evaluator=evaluator, scores=moved))
    result = analyse(rows, FULL)
    found = result.criteria["grounding"].agreement
    assert found.krippendorff_alpha is not None
    assert found.ci_alpha is not None
    assert found.ci_alpha.lo < found.krippendorff_alpha < found.ci_alpha.hi
    assert found.alpha_within is not None
    assert found.alpha_within < found.krippendorff_alpha
    overlap = result.further.overlap["grounding"][f"{FULL} vs {ZERO}"]
    pair = result.criteria["grounding"].pairs[f"{FULL} vs {ZERO}"]
    assert overlap is not None
    assert pair.wilcoxon is not None
    assert (overlap.evaluators, overlap.patients) == (3, 6)
    assert overlap.lo < overlap.mean < overlap.hi
    assert pair.wilcoxon.n <= 52  # cases, not readings
    assert pair.n == 156


def test_another_target_than_the_plans_is_never_headed_primary() -> None:
    said = report_markdown(analyse(paper_study(), ZERO, planned=False))
    assert "(primary)" not in said
    assert "(secondary)" not in said
