"""Answers that are not what the log says are found, whoever wrote them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from annotations.models import (
    Assignment,
    Choice,
    Comment,
    EventContent,
    Guess,
    Rating,
    Seat,
    Study,
)
from annotations.services import (
    assignment_cannot_judge,
    assignment_open,
    assignment_submit,
    choice_save,
    comment_save,
    rater_seat,
    rating_save,
    study_open,
    study_verify,
)
from annotations.services.erasing import contents_erase, seat_free
from annotations.services.joining import consent_withdraw
from annotations.services.reissuing import seat_reissue
from annotations.services.verdicts import Picks
from tests import factories
from tests.tampering import drop_trigger

pytestmark = pytest.mark.django_db


def breaks(study: Study) -> tuple[str, ...]:
    return study_verify(Study.objects.get(pk=study.pk)).breaks


@pytest.fixture
def answered(study: Study, case: Assignment, ada: User) -> Assignment:
    """Ada's first case, answered whole, one cell twice, and submitted."""
    assignment_open(case_id=case.pk, actor=ada)
    for cell in Rating.objects.filter(slot__assignment=case):
        given = {
            "case_id": case.pk,
            "letter": cell.slot.letter,
            "criterion": cell.criterion.key,
            "actor": ada,
        }
        rating_save(value=2, version=0, **given)
        rating_save(value=4, version=1, **given)
    picks = Picks("A", "B")
    choice_save(case_id=case.pk, picks=picks, version=0, actor=ada)
    comment_save(case_id=case.pk, text="slow", version=0, actor=ada)
    assignment_submit(case_id=case.pk, actor=ada)
    return case


def test_answers_given_by_the_rater_are_what_the_log_says(
    study: Study, answered: Assignment
) -> None:
    assert breaks(study) == ()


def change_score(case: Assignment) -> str:
    cell = Rating.objects.filter(slot__assignment=case).first()
    assert cell
    Rating.objects.filter(pk=cell.pk).update(value=5)
    return f"answer: {cell.criterion.key} of {cell.slot_id} is not what the log says"


def change_choice(case: Assignment) -> str:
    slot = case.slots.get(letter="C")
    Choice.objects.filter(assignment=case).update(best=slot)
    return f"answer: choice of {case.pk} is not what the log says"


def choose_another_cases_text(case: Assignment) -> str:
    other = Assignment.objects.exclude(pk=case.pk)[0]
    Choice.objects.filter(assignment=case).update(best=other.slots.get(letter="A"))
    return f"answer: choice of {case.pk} is not what the log says"


def change_comment(case: Assignment) -> str:
    Comment.objects.filter(assignment=case).update(text="fast")
    return f"answer: comment of {case.pk} is not what the log says"


def invent_guess(case: Assignment) -> str:
    Guess.objects.filter(assignment=case).update(is_unknown=True)
    return f"answer: guess of {case.pk} is not what the log says"


def take_back(case: Assignment) -> str:
    Assignment.objects.filter(pk=case.pk).update(state="open")
    return f"answer: state of {case.pk} is not what the log says"


def change_reason(case: Assignment) -> str:
    Assignment.objects.filter(pk=case.pk).update(reason="the film is dark")
    return f"answer: state of {case.pk} is not what the log says"


def change_rater(case: Assignment) -> str:
    first, second = Seat.objects.filter(study=case.seat.study).order_by("number")[:2]
    Seat.objects.filter(pk=second.pk).update(rater=None)
    Seat.objects.filter(pk=first.pk).update(rater=second.rater_id)
    return "seat 1: its rater is not whom the log names"


def name_another_form(case: Assignment) -> str:
    """The report names the form of every seat that has one, with or without a time."""
    Seat.objects.filter(pk=case.seat_id).update(consent_version="approved")
    return "seat 1: its consent is not the one that the log names"


def invent_consent(case: Assignment) -> str:
    agreed = {"consent_version": "1", "consented_at": timezone.now()}
    Seat.objects.filter(pk=case.seat_id).update(**agreed)
    return "seat 1: its consent is not the one that the log names"


def erase_what_was_logged(case: Assignment) -> str:
    EventContent.objects.filter(event__kind="comment_saved").delete()
    return f"answer: comment of {case.pk} is not what the log says"


@pytest.mark.parametrize(
    "tamper",
    [
        change_score,
        change_choice,
        choose_another_cases_text,
        change_comment,
        invent_guess,
        take_back,
        change_reason,
        change_rater,
        invent_consent,
        name_another_form,
        erase_what_was_logged,
    ],
    ids=lambda tamper: tamper.__name__,
)
def test_an_answer_changed_behind_the_log_is_named(
    study: Study, answered: Assignment, tamper: Callable[[Assignment], str]
) -> None:
    assert tamper(answered) in breaks(study)


def test_an_answer_put_back_to_an_earlier_one_is_named(
    study: Study, answered: Assignment
) -> None:
    cell = Rating.objects.filter(slot__assignment=answered).first()
    assert cell is not None
    said = {"criterion": cell.criterion.key, "slot": str(cell.slot_id), "value": 4}
    last = EventContent.objects.get(
        event__kind="rating_saved", **{f"payload__{k}": v for k, v in said.items()}
    )
    missing = f"event {last.event.sequence}: its content is missing"
    Rating.objects.filter(pk=cell.pk).update(value=2)
    last.delete()
    assert breaks(study) == (f"{missing}, and no withdrawal erased it",)


def test_an_entry_that_cannot_be_replayed_is_told_and_is_no_crash(
    study: Study, answered: Assignment
) -> None:
    drop_trigger("content_no_update", "annotations_eventcontent")
    EventContent.objects.filter(event__kind="choice_saved").update(payload={})
    told = "log: choice_saved cannot be replayed ('assignment')"
    assert told in breaks(study)


def test_a_case_that_cannot_be_judged_for_its_reason_is_what_the_log_says(
    study: Study, bens_case: Assignment, ben: User
) -> None:
    assignment_cannot_judge(case_id=bens_case.pk, reason="too dark", actor=ben)
    assert breaks(study) == ()


def test_a_seat_issued_anew_has_no_answers_in_either(
    study: Study, answered: Assignment, cleo: User
) -> None:
    seat_reissue(study=study, number=1, reason="moved away", actor=cleo)
    assert breaks(study) == ()


def test_a_withdrawal_leaves_rows_and_log_in_agreement(
    study: Study, answered: Assignment, ada: User
) -> None:
    consent_withdraw(seat_id=answered.seat_id, actor=ada)
    assert breaks(study) == ()


def test_a_rater_taken_out_where_another_withdrew_twice_is_missed(
    study: Study, answered: Assignment, bens_case: Assignment, ada: User, ben: User
) -> None:
    for _ in range(2):
        consent_withdraw(seat_id=answered.seat_id, actor=ada)
        rater_seat(study=study, rater=ada)
    assert breaks(study) == ()
    first = study.events.filter(actor=ben).order_by("sequence")[0]
    seat_free(bens_case.seat)
    contents_erase(study, ben)
    missing = "its content is missing, and no withdrawal erased it"
    assert f"event {first.sequence}: {missing}" in breaks(study)


def test_a_withdrawal_leaves_what_the_same_person_did_as_a_lead(
    study: Study, answered: Assignment, bens_case: Assignment, ada: User, ben: User
) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    seat_reissue(study=study, number=bens_case.seat.number, reason="moved", actor=ada)
    rater_seat(study=study, rater=ben, actor=ada)
    other = Assignment.objects.get(seat=answered.seat, position=2)
    comment_save(case_id=other.pk, text="slow", version=0, actor=ada)
    consent_withdraw(seat_id=answered.seat_id, actor=ada)
    kept = study.events.filter(actor=ada, content__isnull=False)
    assert set(kept.values_list("kind", flat=True)) == {"seat_reissued", "rater_seated"}
    assert breaks(study) == ()


def test_who_opened_a_study_may_rate_it_later_and_withdraw(
    cleo: User, ada: User
) -> None:
    study = study_open(study=factories.study(name="Second", start=90), actor=cleo)
    User.objects.filter(pk=cleo.pk).update(is_staff=False)
    cleo.refresh_from_db()
    seat = rater_seat(study=study, rater=cleo)
    consent_withdraw(seat_id=seat.pk, actor=cleo)
    assert breaks(study) == ()


def test_what_a_lead_did_who_rated_and_withdrew_is_missed_if_it_is_taken_out(
    study: Study, answered: Assignment, bens_case: Assignment, ada: User, ben: User
) -> None:
    """The answers of a seat that was issued again would seem to stand."""
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    seat_reissue(study=study, number=bens_case.seat.number, reason="moved", actor=ada)
    consent_withdraw(seat_id=answered.seat_id, actor=ada)
    assert breaks(study) == ()
    EventContent.objects.filter(event__kind="seat_reissued").delete()
    missing = study.events.filter(actor=ada, content=None).count()
    said = f"log: {missing} contents of one person are missing, and their withdrawals "
    assert f"{said}erased {missing - 1}" in breaks(study)
