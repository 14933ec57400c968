"""Where two studies show the same texts, the blinded ones' logs say so."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from annotations.models import EventContent, Study
from annotations.selectors.progress import study_deviations
from annotations.services import (
    study_create,
    study_lock,
    study_open,
    study_verify,
)
from gaitmodel.models import Clip
from tests import factories, people
from tests.factories import SYSTEMS

pytestmark = pytest.mark.django_db


def again(name: str, systems: tuple[str, ...] = SYSTEMS) -> Study:
    """Another draft of the very same clips."""
    omar = User.objects.filter(username="omar").first() or people.lead("omar")
    return study_create(name=name, systems=systems, n_raters=2, actor=omar)


def told(study: Study) -> list[tuple[str, int]]:
    """The other studies that a study's log names, and in how many cases."""
    rows = EventContent.objects.filter(event__study=study, event__kind="texts_shared")
    named = {str(row.pk): row.name for row in Study.objects.all()}
    return [
        (named[content.payload["study"]], content.payload["cases"])
        for content in rows.order_by("event__sequence")
    ]


def test_a_draft_of_other_systems_is_told_to_the_open_study_of_the_same_texts() -> None:
    """Two such drafts show by what they share whose texts are whose."""
    study = study_open(study=factories.study("Study", n_cases=6))
    again("Two of them", SYSTEMS[:2])
    study.refresh_from_db()
    assert told(study) == [("Two of them", 6)]
    (deviation,) = study_deviations(study)
    assert (deviation.what, deviation.who) == ("texts are in another study", "omar")
    assert deviation.reason == "texts of 6 cases are in “Two of them” too"
    assert study_verify(study).holds


def test_a_second_draft_of_the_same_systems_tells_nothing_until_it_is_opened() -> None:
    study = study_open(study=factories.study("Study", n_cases=6))
    other = again("Again")
    assert told(study) == []
    study_open(study=other)
    assert told(study) == [("Again", 6)]
    assert told(other) == [("Study", 6)]


def test_what_was_drafted_before_is_told_at_the_opening() -> None:
    study = factories.study("Study", n_cases=6)
    again("Two of them", SYSTEMS[:2])
    again("As it is")
    assert told(study) == []
    study_open(study=study)
    assert told(study) == [("Two of them", 6)]


def test_a_study_is_told_of_another_once() -> None:
    study = study_open(study=factories.study("Study", n_cases=6))
    other = again("Two of them", SYSTEMS[:2])
    study_open(study=other)
    assert told(study) == [("Two of them", 6)]
    assert told(other) == [("Study", 6)]


def test_an_unblinded_pilot_is_told_to_the_study_of_its_texts() -> None:
    pilot = study_open(study=factories.study("Pilot", n_cases=6))
    study_lock(study=pilot)
    people.all_sign(pilot, people.lead("lena"), people.lead("cleo"))
    other = study_open(study=again("Study"))
    assert told(other) == [("Pilot", 6)]


def test_a_locked_study_is_told_and_verifies() -> None:
    study = study_open(study=factories.study("Study", n_cases=6))
    study_lock(study=study)
    again("Two of them", SYSTEMS[:2])
    study.refresh_from_db()
    assert told(study) == [("Two of them", 6)]
    assert study_verify(study).holds


def test_other_clips_and_texts_that_were_written_anew_are_no_matter() -> None:
    study = study_open(study=factories.study("Study", n_cases=6))
    factories.study("Other clips", n_cases=6, start=20)
    for clip in Clip.objects.all():
        for system in SYSTEMS:
            factories.rationale(
                clip, system, "1) Diagnosis: normal\n2) Rationale: anew"
            )
    again("Written anew", SYSTEMS[:2])
    assert told(study) == []
