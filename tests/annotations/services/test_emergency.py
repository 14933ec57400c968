"""One case is opened in an emergency; a seat is issued again."""

import pytest
from django.contrib.auth.models import User

from annotations.core.errors import StateError, StudyError
from annotations.core.proof.seal import Item, proof_holds
from annotations.models import Assignment, Event, Rating, Seat, Slot, Study
from annotations.services import rater_seat, rating_save, study_lock, study_verify
from annotations.services.emergency import case_unblind
from annotations.services.reissuing import seat_reissue
from annotations.services.sealing import sealed_items
from tests import factories
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def opened(study: Study, case: Assignment, cleo: User, **changes: str):
    wanted = {"password": PASSWORD, "reason": "a red flag in the film"}
    return case_unblind(
        study=study, case_id=case.pk, actor=cleo, **{**wanted, **changes}
    )


def test_one_leaf_is_opened_proved_and_logged(study, case, cleo) -> None:
    shown = opened(study, case, cleo)
    truth = Slot.objects.filter(assignment=case).order_by("letter")
    assert shown.systems == tuple((slot.letter, slot.identity.system) for slot in truth)
    items = {item.name: item for item in sealed_items(study)}
    assert proof_holds(shown.root, items[shown.name], shown.nonce, shown.steps)
    event = Event.objects.get(kind="case_unblinded")
    assert event.content.payload["reason"] == "a red flag in the film"
    assert event.actor == cleo
    assert study_verify(Study.objects.get()).holds


def test_the_opened_nonce_opens_no_other_leaf(study, case, cleo) -> None:
    shown = opened(study, case, cleo)
    items = {item.name: item for item in sealed_items(study)}
    nonces = {leaf["name"]: leaf["nonce"] for leaf in study.secret.leaves}
    assert [name for name, nonce in nonces.items() if nonce == shown.nonce] == [
        shown.name
    ]
    for name, item in items.items():
        if name != shown.name:
            renamed = Item(name, dict(item.payload))
            assert not proof_holds(shown.root, renamed, shown.nonce, shown.steps)


def test_the_opened_case_stays_as_it_was_for_its_rater(study, case, cleo) -> None:
    opened(study, case, cleo)
    assert Assignment.objects.get(pk=case.pk).state == case.state
    assert Study.objects.get().is_open


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password": "guessed"}, "password is wrong"),
        ({"reason": " "}, "needs a reason"),
    ],
)
def test_it_takes_a_lead_a_password_and_a_reason(
    study, case, cleo, change, sentence
) -> None:
    with pytest.raises(StudyError, match=sentence):
        opened(study, case, cleo, **change)
    assert not Event.objects.filter(kind="case_unblinded").exists()


def test_a_rater_opens_nothing(study, case, ada) -> None:
    with pytest.raises(StudyError, match="is not a lead"):
        opened(study, case, ada)


def test_a_draft_and_a_foreign_case_cannot_be_opened(study, case, cleo) -> None:
    draft = factories.study("Draft", n_cases=3, n_raters=1, start=40)
    with pytest.raises(StateError, match="not sealed yet"):
        opened(draft, case, cleo)
    with pytest.raises(StudyError, match="has no case"):
        opened(study, Assignment.objects.get(seat__study=draft, position=1), cleo)


def test_a_seat_is_issued_again_with_the_same_cases(study, case, ada, cleo) -> None:
    before = list(
        Slot.objects.filter(assignment__seat=case.seat)
        .order_by("pk")
        .values_list("pk", "letter", "text")
    )
    rating_save(
        case_id=case.pk,
        letter="A",
        criterion="grounding",
        value=4,
        version=0,
        actor=ada,
    )
    seat_reissue(study=study, number=1, reason="moved away", actor=cleo)
    seat = Seat.objects.get(pk=case.seat_id)
    assert seat.rater is None
    after = Slot.objects.filter(assignment__seat=seat).order_by("pk")
    assert list(after.values_list("pk", "letter", "text")) == before
    assert not Rating.objects.filter(value__isnull=False).exists()
    eva = User.objects.create_user("eva")
    assert rater_seat(study=study, rater=eva).pk == seat.pk
    payload = Event.objects.get(kind="seat_reissued").content.payload
    assert payload == {"seat": 1, "rater": ada.pk, "reason": "moved away"}
    assert study_verify(Study.objects.get()).holds


def test_only_a_taken_seat_of_an_open_study_is_issued_again(study, cleo) -> None:
    with pytest.raises(StudyError, match="needs a reason"):
        seat_reissue(study=study, number=1, reason="", actor=cleo)
    with pytest.raises(StudyError, match="seat 9 of 'First' has no rater"):
        seat_reissue(study=study, number=9, reason="gone", actor=cleo)
    study_lock(study=study)
    with pytest.raises(StateError, match="is locked"):
        seat_reissue(study=study, number=1, reason="gone", actor=cleo)
