"""Each rule that the database keeps, tried to be broken past all Python."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from annotations.models import (
    Assignment,
    Choice,
    Comment,
    Event,
    EventContent,
    Guess,
    Rating,
    Seat,
    Slot,
    Study,
)
from annotations.services import study_lock
from tests import factories

pytestmark = pytest.mark.django_db


def refused(write: Callable[[], object]) -> bool:
    """Whether the database refuses, leaving the test's transaction usable."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize("value", [0, 6, -1, 100])
def test_a_rating_outside_the_scale_is_refused(case: Assignment, value: int) -> None:
    rating = Rating.objects.filter(slot__assignment=case)[:1].get()
    assert refused(lambda: Rating.objects.filter(pk=rating.pk).update(value=value))


@pytest.mark.parametrize("value", [1, 5, None])
def test_the_scale_and_null_are_taken(case: Assignment, value: int | None) -> None:
    rating = Rating.objects.filter(slot__assignment=case)[:1].get()
    assert not refused(lambda: Rating.objects.filter(pk=rating.pk).update(value=value))


def test_a_cell_exists_once(case: Assignment) -> None:
    rating = Rating.objects.filter(slot__assignment=case)[:1].get()
    assert refused(
        lambda: Rating.objects.create(slot=rating.slot, criterion=rating.criterion)
    )


def test_best_differs_from_second(case: Assignment) -> None:
    one = case.slots.get(letter="A")
    rows = Choice.objects.filter(assignment=case)
    assert refused(lambda: rows.update(best=one, second=one))
    assert not refused(lambda: rows.update(best=one))


def test_a_tie_has_no_best(case: Assignment) -> None:
    one = case.slots.get(letter="A")
    rows = Choice.objects.filter(assignment=case)
    assert refused(lambda: rows.update(best=one, verdict="tie"))


@pytest.mark.parametrize("confidence", [0, 4])
def test_confidence_has_three_steps(case: Assignment, confidence: int) -> None:
    rows = Choice.objects.filter(assignment=case)
    assert refused(lambda: rows.update(confidence=confidence))


def test_a_guess_is_a_slot_or_unknown(case: Assignment) -> None:
    rows = Guess.objects.filter(assignment=case)
    assert refused(
        lambda: rows.update(slot=case.slots.get(letter="A"), is_unknown=True)
    )


def test_a_case_is_assigned_once_per_seat_and_occasion(case: Assignment) -> None:
    assert refused(
        lambda: Assignment.objects.create(
            seat=case.seat, case=case.case, position=50, occasion=1
        )
    )
    assert refused(
        lambda: Assignment.objects.create(
            seat=case.seat, case=case.case, position=1, occasion=2
        )
    )


def test_cannot_judge_needs_its_reason(case: Assignment) -> None:
    rows = Assignment.objects.filter(pk=case.pk)
    assert refused(lambda: rows.update(state="cannot_judge", reason=""))


def test_a_rater_sits_once_in_a_study(study: Study) -> None:
    one, two = study.seats.all()
    assert refused(lambda: Seat.objects.filter(pk=two.pk).update(rater=one.rater))


def test_a_letter_stands_once_in_a_case(case: Assignment) -> None:
    assert refused(
        lambda: Slot.objects.create(assignment=case, letter="A", text="again")
    )


def test_events_can_neither_be_changed_nor_removed(study: Study) -> None:
    events = Event.objects.filter(study=study)
    assert refused(lambda: events.update(kind="other"))
    assert refused(lambda: events._raw_delete(events.db))


def test_what_was_logged_is_never_changed_nor_erased_after_the_lock(
    study: Study,
) -> None:
    contents = EventContent.objects.filter(event__study=study)
    assert refused(lambda: contents.update(payload={}))
    study_lock(study=study)
    assert refused(lambda: contents.delete())


@pytest.mark.parametrize(
    ("state", "target"),
    [("open", "draft"), ("open", "unblinded"), ("locked", "open"), ("locked", "draft")],
)
def test_a_state_never_goes_back_or_jumps(
    study: Study, state: str, target: str
) -> None:
    if state == "locked":
        study_lock(study=study)
    rows = Study.objects.filter(pk=study.pk)
    assert refused(lambda: rows.update(state=target))


def test_no_answer_is_written_once_the_study_is_locked(
    study: Study, case: Assignment
) -> None:
    study_lock(study=study)
    rating = Rating.objects.filter(slot__assignment=case)[:1].get()
    ratings = Rating.objects.filter(pk=rating.pk)
    assert refused(lambda: ratings.update(value=3))
    assert refused(lambda: ratings._raw_delete(ratings.db))
    assert refused(lambda: Choice.objects.filter(assignment=case).update(verdict="tie"))
    assert refused(lambda: Comment.objects.filter(assignment=case).update(text="late"))
    assert refused(
        lambda: Guess.objects.filter(assignment=case).update(is_unknown=True)
    )
    rows = Assignment.objects.filter(pk=case.pk)
    assert refused(lambda: rows.update(state="submitted"))
    assert refused(
        lambda: Assignment.objects.create(
            seat=case.seat, case=case.case, position=60, occasion=2
        )
    )


def test_answers_of_another_study_stay_open(study: Study, case: Assignment) -> None:
    other = factories.study("Other", n_cases=3, n_raters=1, start=50)
    study_lock(study=study)
    rows = Rating.objects.filter(slot__assignment__seat__study=other)
    assert not refused(lambda: rows.update(value=3))


def test_nothing_that_a_study_stands_on_can_be_deleted(study: Study) -> None:
    case = study.cases.select_related("clip__subject").first()
    assert case
    for row in (study, case, case.clip, case.clip.subject, study.seats.first()):
        assert row
        with pytest.raises(ProtectedError):
            row.delete()
