"""Audit and presentation of a draft: stored, masked, signed, closed after sealing."""

import pytest

from annotations.core.errors import StateError, StudyError
from annotations.core.instrument.presentation import NORMALISED
from annotations.core.instrument.protocol import Protocol
from annotations.models import (
    Event,
    IdentifiabilityAudit,
    PresentationReview,
    Slot,
    Study,
)
from annotations.services import study_create, study_open, study_verify
from annotations.services.auditing import (
    identifiability_audit,
    identifiability_masked,
    presentation_differences,
    presentation_sign,
)
from gaitmodel.models import Rationale
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Study:
    """Shown by the rule; one system marks its headings."""
    clips = factories.clips_with_rationales(6)
    for row in Rationale.objects.filter(system=factories.SYSTEMS[0]):
        row.text = row.text.replace("2) Rationale:", "**Explanation:**")
        row.save()
    return study_create(
        name="Draft",
        systems=factories.SYSTEMS,
        n_raters=2,
        clips=[clip.name for clip in clips],
        protocol=Protocol(presentation=NORMALISED),
        seed=factories.SEED,
        overlap=2,
    )


def test_the_audit_is_stored_by_system_and_shown_by_mask(draft, cleo) -> None:
    assert identifiability_masked(draft) is None
    identifiability_audit(study=draft, actor=cleo)
    stored = IdentifiabilityAudit.objects.get().report
    assert {row["system"] for row in stored["systems"]} == set(factories.SYSTEMS)
    assert (stored["texts"], stored["cases"]) == (18, 6)
    shown = identifiability_masked(draft)
    assert shown
    assert [row.system for row in shown.systems] == ["X", "Y", "Z"]
    assert shown.is_red  # the factory's texts differ in length
    assert (
        Event.objects.get(kind="identifiability_audited").content.payload["texts"] == 18
    )


def test_the_masks_are_drawn_afresh_on_each_view(draft) -> None:
    identifiability_audit(study=draft)
    lengths = {
        tuple(row.words for row in identifiability_masked(draft).systems)
        for _ in range(60)
    }
    assert len(lengths) > 1


def test_once_unblinded_the_audit_names_its_systems(draft) -> None:
    identifiability_audit(study=draft)
    draft.state = Study.State.UNBLINDED
    names = {row.system for row in identifiability_masked(draft).systems}
    assert names == set(factories.SYSTEMS)


def test_the_differences_are_signed_with_both_hashes(draft, cleo) -> None:
    texts = presentation_differences(draft)
    assert len(texts) == 18
    assert sum(one.is_changed for one in texts) == 6
    review = presentation_sign(study=draft, actor=cleo)
    assert (review.n_changed, review.rule) == (6, NORMALISED)
    assert review.raw_sha256 != review.shown_sha256
    payload = Event.objects.get(kind="presentation_signed").content.payload
    assert payload["shown_sha256"] == review.shown_sha256


def test_raters_see_the_texts_as_the_rule_shows_them(draft) -> None:
    assert not Slot.objects.filter(text__contains="**").exists()
    assert Rationale.objects.filter(text__contains="**").count() == 6


def test_after_sealing_nothing_is_audited_or_signed(draft, cleo) -> None:
    study_open(study=draft)
    with pytest.raises(StateError, match="while it is a draft"):
        identifiability_audit(study=draft, actor=cleo)
    with pytest.raises(StateError, match="while it is a draft"):
        presentation_sign(study=draft, actor=cleo)
    assert not PresentationReview.objects.exists()
    assert study_verify(Study.objects.get()).holds


def test_two_cases_are_too_few_to_audit() -> None:
    small = factories.study("Small", n_cases=2, n_raters=1)
    with pytest.raises(StudyError, match="at least 3 cases"):
        identifiability_audit(study=small)
