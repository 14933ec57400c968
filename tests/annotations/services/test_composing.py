"""A study is composed whole or not at all."""

from collections import Counter

import pytest

from annotations.core.errors import StudyError
from annotations.models import Assignment, Rating, Slot, SlotIdentity, Study
from annotations.services import composing, study_create
from gaitmodel.models import Rationale
from tests import factories
from tests.factories import SYSTEMS

pytestmark = pytest.mark.django_db


def test_every_slot_shows_the_text_of_its_system() -> None:
    study = factories.study(n_cases=12, n_raters=4)
    slots = Slot.objects.filter(assignment__seat__study=study)
    assert slots.count() == 36
    for slot in slots.select_related("assignment__case"):
        identity = SlotIdentity.objects.get(slot=slot)
        assert identity.rationale.system == identity.system
        assert identity.rationale.clip_id == slot.assignment.case.clip_id
        assert slot.text == identity.rationale.text.strip()


def test_all_answers_begin_as_null() -> None:
    study = factories.study(n_cases=6)
    ratings = Rating.objects.filter(slot__assignment__seat__study=study)
    assert ratings.count() == 6 * 12
    assert set(ratings.values_list("value", flat=True)) == {None}


def test_each_case_has_one_rater_and_each_rater_as_many() -> None:
    study = factories.study(n_cases=12, n_raters=4)
    seats = Counter(
        Assignment.objects.filter(seat__study=study).values_list(
            "seat__number", flat=True
        )
    )
    assert seats == {1: 3, 2: 3, 3: 3, 4: 3}


def test_the_seed_is_32_secret_bytes_and_new_each_time() -> None:
    one = factories.study("One", seed=None, n_cases=3, n_raters=1)
    two = factories.study("Two", seed=None, n_cases=3, n_raters=1, start=20)
    assert len(bytes(one.secret.seed)) == 32
    assert bytes(one.secret.seed) != bytes(two.secret.seed)


def test_the_balance_names_no_patient() -> None:
    study = factories.study()
    assert factories.PATIENT_CANARY not in str(study.balance)
    assert [row["readings"] for row in study.balance] == [6, 6]


def test_a_number_of_cases_is_chosen_over_the_patients() -> None:
    factories.clips_with_rationales(12)
    study = study_create(name="Six", systems=SYSTEMS, n_raters=2, n_cases=6)
    subjects = study.cases.values_list("clip__subject", flat=True)
    assert len(set(subjects)) == 6


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"n_raters": 5}, r"fewer cases \(4\) than raters \(5\)"),
        ({"systems": ("zqx-canary-one", "nobody")}, "no rationale of system 'nobody'"),
        ({"systems": ("zqx-canary-one",) * 2}, "listed twice"),
        ({"clips": ["unheard-of"]}, "'unheard-of' is not among the prepared clips"),
        ({"label": "normal"}, "no prepared clip has split 'test' and label 'normal'"),
        ({"n_cases": 5}, "5 cases are wanted, but there are 4"),
        ({"n_cases": 0}, "0 cases are wanted; a study needs at least 1"),
        ({"repeats": -1}, "-1 repeated cases are wanted; at least 0 is meant"),
        ({"target": "nobody"}, "target 'nobody' is not among the systems"),
        ({"name": " "}, "needs a name"),
        ({"seed": b"1234"}, "seed has 4 bytes"),
    ],
)
def test_what_cannot_be_composed_is_refused_and_nothing_written(
    change, sentence
) -> None:
    factories.clips_with_rationales(4)
    wanted = {"name": "New", "systems": SYSTEMS, "n_raters": 2}
    with pytest.raises(StudyError, match=sentence):
        study_create(**{**wanted, **change})
    assert not Study.objects.exists()


def test_a_case_without_a_rationale_of_every_system_is_refused() -> None:
    clips = factories.clips_with_rationales(4)
    Rationale.objects.filter(clip=clips[2], system=SYSTEMS[1]).delete()
    with pytest.raises(StudyError, match="zqxclip002.*zqx-canary-two"):
        study_create(name="New", systems=SYSTEMS, n_raters=2)


def test_a_name_is_taken_once() -> None:
    factories.study("Same", n_cases=3)
    with pytest.raises(StudyError, match="'Same' already exists"):
        study_create(name="Same", systems=SYSTEMS, n_raters=2)


def test_a_name_taken_since_it_was_checked_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when the form is sent twice at once."""
    factories.study("Same", n_cases=3)
    monkeypatch.setattr(composing, "_check_names", lambda *_: None)
    with pytest.raises(StudyError, match="'Same' already exists"):
        study_create(name="Same", systems=SYSTEMS, n_raters=2)
    assert Study.objects.count() == 1
