"""plan_study and simulate_study by command."""

from __future__ import annotations

import io
import json
import os

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from annotations.models import Assignment, Study
from annotations.reports import study_report
from annotations.services import (
    rater_seat,
    study_create,
    study_lock,
    study_open,
)
from tests import factories, people


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_a_plan_is_told_in_words_and_json() -> None:
    assert "with probability 0.7" in run("plan_study", "--sims", "300")
    found = json.loads(
        run("plan_study", "--sims", "200", "--difference", "0.5", "--json")
    )
    assert found["likert_power"] == pytest.approx(0.45, abs=0.01)
    assert found["naive"] > found["power"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--alpha", "0.001"], "at least 7 patients and 7 evaluators"),
        (["--patients", "99"], "99 patients need at least as many cases"),
        (["--sims", "0"], "simulate at least 100"),
        (["--share", "60"], "share is 60; it must lie between 0 and 1"),
        (["--alpha", "5"], "alpha is 5; it must lie between 0 and 1"),
        (["--difference", "1", "--sd", "0"], "SD of the differences is 0; it must be"),
    ],
)
def test_a_plan_that_cannot_work_ends_with_2(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refusal:
        run("plan_study", *words)
    assert refusal.value.returncode == 2


@pytest.mark.parametrize("words", [("plan_study",), ("simulate_study", "Rehearsal")])
def test_a_seed_below_nought_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="--seed: '-1' is not a number of 0 or more"):
        run(*words, "--seed", "-1")


def pilot(
    n_cases: int = 12,
    *,
    is_pilot: bool = True,
    start: int = 0,
    name: str = "Rehearsal",
    n_raters: int = 2,
) -> Study:
    clips = factories.clips_with_rationales(n_cases, start=start)
    return study_open(
        study=study_create(
            name=name,
            systems=factories.SYSTEMS,
            n_raters=n_raters,
            clips=[clip.name for clip in clips],
            target=factories.SYSTEMS[0],
            is_pilot=is_pilot,
        )
    )


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["preferring", "position"])
def test_a_rehearsal_goes_the_whole_way(kind: str, cleo: User, dora: User) -> None:
    study = pilot(18)
    assert "18 cases" in run("simulate_study", "Rehearsal", "--kind", kind)
    assert not Assignment.objects.exclude(state="submitted").exists()
    study = study_lock(study=study)
    people.all_sign(study, cleo, dora)
    analysis = study_report(Study.objects.get(pk=study.pk)).analysis
    provenance = study_report(Study.objects.get(pk=study.pk)).provenance
    assert "exactly as the plan says" in provenance.sentence
    other = study_report(Study.objects.get(pk=study.pk), target=factories.SYSTEMS[1])
    assert "this report was asked for" in other.provenance.deviations[0]
    share = analysis.best[factories.SYSTEMS[0]].share
    effect = analysis.further.position
    assert share is not None
    assert effect is not None
    if kind == "preferring":
        assert share > 0.5
    else:
        assert effect.places["A"].best > 9
        assert effect.p < 0.05


@pytest.mark.django_db
def test_studies_of_indifferent_raters_seldom_claim_anything(
    cleo: User, dora: User
) -> None:
    """A few in every run; ``REHEARSALS=20`` (check-all) sends twenty the whole way."""
    claimed, rounds = 0, int(os.environ.get("REHEARSALS", "2"))
    for number in range(rounds):
        study = pilot(24, start=100 * number, name=f"Null {number}", n_raters=4)
        run(
            "simulate_study", study.name, "--kind", "indifferent", "--seed", str(number)
        )
        study_lock(study=study)
        people.all_sign(study, cleo, dora)
        headline = study_report(Study.objects.get(pk=study.pk)).analysis.headline
        claimed += headline.p is not None and headline.p <= 0.05
    # At a true rate of 6 % five or more of twenty happen in 1 of 150 runs.
    assert claimed <= max(1, rounds // 5)


@pytest.mark.django_db
def test_a_real_study_takes_no_rehearsal() -> None:
    pilot(6, is_pilot=False)
    with pytest.raises(CommandError, match="enter pilots only"):
        run("simulate_study", "Rehearsal")
    assert not Assignment.objects.exclude(state="new").exists()


@pytest.mark.django_db
def test_a_pilot_whose_seats_are_all_taken_is_told_so(ada: User, ben: User) -> None:
    study = pilot(6, n_raters=2)
    for rater in (ada, ben):
        rater_seat(study=study, rater=rater)
    with pytest.raises(CommandError, match="every seat of study 'Rehearsal' has a"):
        run("simulate_study", "Rehearsal")


@pytest.mark.django_db
def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(CommandError, match="kind 'x' is not one of") as refusal:
        run("simulate_study", "Rehearsal", "--kind", "x")
    assert refusal.value.returncode == 2
