"""What is sealed cannot be moved unseen."""

import secrets
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from annotations.core.errors import StateError, StudyError
from annotations.core.proof.seal import make_seal
from annotations.models import (
    Assignment,
    Case,
    Event,
    EventContent,
    Seal,
    Signature,
    Slot,
    SlotIdentity,
    Study,
    StudySecret,
)
from annotations.services import rater_seat, study_open, study_verify
from annotations.services.sealing import sealed_items
from gaitmodel.models import Clip, Rationale, Subject
from tests import factories, people
from tests.tampering import drop_trigger

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened() -> Study:
    study_open(study=factories.study(n_cases=6))
    return Study.objects.get()


def test_an_untouched_study_verifies(opened: Study) -> None:
    verification = study_verify(opened)
    assert verification.holds
    assert verification.items == 6 + 6 + 6
    assert verification.events == 2


def test_a_study_is_opened_once(opened: Study) -> None:
    with pytest.raises(StateError, match="only a draft can be opened"):
        study_open(study=opened)


@pytest.mark.parametrize("change", ["film", "patient"])
def test_a_draft_whose_material_has_changed_is_not_sealed(change: str) -> None:
    draft = factories.study(n_cases=6)
    change_film() if change == "film" else change_patient()
    with pytest.raises(StudyError, match=f"not as it was composed .*{change} "):
        study_open(study=draft)
    assert Study.objects.get().state == Study.State.DRAFT
    assert not Seal.objects.exists()


def test_a_draft_cannot_be_verified_and_takes_no_raters() -> None:
    draft = factories.study(n_cases=3)
    with pytest.raises(StateError, match="not sealed yet"):
        study_verify(draft)
    with pytest.raises(StateError, match="raters join an open study"):
        rater_seat(study=draft, rater=people.rater("ada"))


def swap_identities() -> str:
    one, two = SlotIdentity.objects.order_by("slot__letter")[:2]
    SlotIdentity.objects.filter(pk=one.pk).update(system=two.system)
    return f"assignment {one.slot.assignment_id}: differs"


def change_text() -> str:
    slot = Slot.objects.first()
    assert slot
    Slot.objects.filter(pk=slot.pk).update(text=slot.text + "!")
    return f"assignment {slot.assignment_id}: differs"


def add_text() -> str:
    case = Assignment.objects.first()
    assert case
    Slot.objects.create(assignment=case, letter="F", text="a decoy")
    return f"assignment {case.pk}: has a text of no system"


def change_film() -> str:
    case = Case.objects.first()
    assert case
    film = settings.CLIP_STORE / case.film
    film.write_bytes(film.read_bytes()[:-1] + b"!")
    return f"case {case.pk}: its film differs"


def remove_film() -> str:
    case = Case.objects.first()
    assert case
    (settings.CLIP_STORE / case.film).unlink()
    return f"case {case.pk}: its film is missing"


def change_patient() -> str:
    case = Case.objects.first()
    assert case
    other = Subject.objects.exclude(pk=case.clip.subject_id)[0]
    Clip.objects.filter(pk=case.clip_id).update(subject=other)
    return f"case {case.pk}: its patient is not the one that was sealed"


def change_diagnosis() -> str:
    Clip.objects.update(label="normal")
    return "material: differs"


def change_claims() -> str:
    Rationale.objects.update(evidence={"counts": {"supported": 9}})
    return "material: differs"


def change_checkpoint() -> str:
    Rationale.objects.update(checkpoint="another")
    return "versions: differs"


def change_rule() -> str:
    Study.objects.update(purpose="another")
    return "protocol: differs"


def change_seed() -> str:
    StudySecret.objects.update(seed=bytes(32))
    return "allocation: seat 1, position"


def change_order() -> str:
    row = Assignment.objects.get(seat__number=1, position=1)
    Assignment.objects.filter(pk=row.pk).update(position=99)
    return "allocation: seat 1, position 1 "


def change_event_content() -> str:
    drop_trigger("content_no_update", "annotations_eventcontent")
    EventContent.objects.filter(event__sequence=2).update(payload={"root": "0"})
    return "event 2: its content differs"


def forge_event() -> str:
    drop_trigger("event_no_update", "annotations_event")
    Event.objects.filter(sequence=1).update(kind="study_opened")
    return "event 1: its entry differs"


def unblind_behind_the_log() -> str:
    for state in (Study.State.LOCKED, Study.State.UNBLINDED):
        Study.objects.update(state=state)
    return "state: unblinded, but the log says study_opened"


def sign_behind_the_log() -> str:
    Signature.objects.create(
        study=Study.objects.get(),
        signer=people.lead("mallory"),
        reason="because",
        signed_at=timezone.now(),
    )
    return "signatures: they are not those of the log"


def backdate_opening() -> str:
    Study.objects.update(opened_at=timezone.now() - timedelta(days=30))
    return "study: it was not opened when the log says"


@pytest.mark.parametrize(
    "tamper",
    [
        backdate_opening,
        swap_identities,
        change_text,
        add_text,
        change_film,
        remove_film,
        change_patient,
        change_diagnosis,
        change_claims,
        change_checkpoint,
        change_rule,
        change_seed,
        change_order,
        change_event_content,
        forge_event,
        unblind_behind_the_log,
        sign_behind_the_log,
    ],
    ids=lambda tamper: tamper.__name__,
)
def test_a_moved_byte_is_found_and_named(opened: Study, tamper) -> None:
    expected = tamper()
    breaks = study_verify(Study.objects.get(pk=opened.pk)).breaks
    assert any(line.startswith(expected) for line in breaks), breaks


def test_a_content_that_no_withdrawal_erased_is_missed(opened: Study) -> None:
    EventContent.objects.filter(event__sequence=1).delete()
    missing = "event 1: its content is missing, and no withdrawal erased it"
    assert study_verify(opened).breaks == (missing,)


def test_each_assignment_is_a_leaf_that_can_be_opened_alone(opened: Study) -> None:
    names = {leaf["name"] for leaf in opened.secret.leaves}
    for row in Assignment.objects.all():
        assert f"assignment {row.pk}" in names


def test_a_seal_made_anew_is_not_the_one_that_was_logged(opened: Study) -> None:
    items = sealed_items(opened)
    again = make_seal(items, [secrets.token_bytes(32) for _ in items])
    Seal.objects.update(root=again.root)
    StudySecret.objects.update(leaves=[asdict(leaf) for leaf in again.leaves])
    breaks = study_verify(Study.objects.get(pk=opened.pk)).breaks
    assert breaks == ("seal: its root is not the one logged",)


@pytest.mark.parametrize("missing", [{"versions"}, {"material", "versions"}])
def test_a_study_sealed_before_its_material_was_goes_on_verifying(
    opened: Study, missing: set[str]
) -> None:
    items = [item for item in sealed_items(opened) if item.name not in missing]
    old = make_seal(items, [secrets.token_bytes(32) for _ in items])
    Seal.objects.update(root=old.root)
    StudySecret.objects.update(leaves=[asdict(leaf) for leaf in old.leaves])
    breaks = study_verify(Study.objects.get(pk=opened.pk)).breaks
    assert breaks == ("seal: its root is not the one logged",)
