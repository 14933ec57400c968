"""A rater's writes: strict, versioned, idempotent, logged, and closed by the lock."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from annotations.core.errors import StateError, StudyError
from annotations.core.instrument.protocol import Protocol, TieRule
from annotations.models import Assignment, Choice, Event, Rating, Study
from annotations.selectors import case_missing
from annotations.services import (
    assignment_cannot_judge,
    assignment_open,
    assignment_submit,
    choice_save,
    comment_save,
    guess_save,
    rater_seat,
    rating_save,
    study_lock,
    study_open,
    study_verify,
)
from annotations.services.verdicts import Picks
from annotations.services.writing import ConflictError, UnknownCaseError
from tests import factories

pytestmark = pytest.mark.django_db


def rate(case: Assignment, value: object = 4, **changes: object):
    wanted = {
        "case_id": case.pk,
        "letter": "A",
        "criterion": "grounding",
        "value": value,
        "version": 0,
        "actor": case.seat.rater,
    }
    return rating_save(**{**wanted, **changes})  # type: ignore[arg-type]


def complete(case: Assignment) -> None:
    for rating in Rating.objects.filter(slot__assignment=case).select_related(
        "slot", "criterion"
    ):
        rate(
            case,
            3,
            letter=rating.slot.letter,
            criterion=rating.criterion.key,
            version=rating.version,
        )
    version = Choice.objects.get(assignment=case).version
    choice_save(
        case_id=case.pk, picks=Picks("A", "C"), version=version, actor=case.seat.rater
    )


def value_of(case: Assignment) -> int | None:
    return Rating.objects.get(
        slot__assignment=case, slot__letter="A", criterion__key="grounding"
    ).value


def test_a_cell_is_saved_and_can_be_cleared(case: Assignment) -> None:
    assert rate(case).version == 1
    assert value_of(case) == 4
    rate(case, None, version=1)
    assert value_of(case) is None


@pytest.mark.parametrize("value", [0, 6, -1, 3.5, "3", "text", True])
def test_what_is_no_point_of_the_scale_is_refused(case: Assignment, value) -> None:
    with pytest.raises(StudyError, match="whole number from 1 to 5"):
        rate(case, value)
    assert value_of(case) is None


@pytest.mark.parametrize("change", [{"letter": "D"}, {"criterion": "charm"}])
def test_a_cell_that_is_not_there_is_refused(case: Assignment, change) -> None:
    with pytest.raises(StudyError, match="has no cell"):
        rate(case, **change)


def test_a_stale_version_is_a_conflict_and_changes_nothing(case: Assignment) -> None:
    rate(case, 4)
    with pytest.raises(ConflictError):
        rate(case, 2, version=0)
    assert value_of(case) == 4


def test_a_retry_with_its_key_is_acknowledged_and_done_once(case: Assignment) -> None:
    key = uuid4()
    first = rate(case, 4, key=key)
    events = Event.objects.count()
    assert rate(case, 4, key=key) == first
    assert Event.objects.count() == events


def test_a_change_goes_on_from_an_own_write_whose_acknowledgement_was_lost(
    case: Assignment,
) -> None:
    lost, never = uuid4(), uuid4()
    rate(case, 3, key=lost)
    with pytest.raises(ConflictError):
        rate(case, 4, key=uuid4(), earlier=[never])
    assert rate(case, 4, key=uuid4(), earlier=[lost, never]).version == 2
    assert value_of(case) == 4
    picks = {"case_id": case.pk, "version": 0, "actor": case.seat.rater}
    choice_save(picks=Picks("A"), key=lost, **picks)
    with pytest.raises(ConflictError):
        choice_save(picks=Picks("B"), key=uuid4(), **picks)
    choice_save(picks=Picks("B"), key=uuid4(), earlier=[lost], **picks)
    case.choice.refresh_from_db()
    assert case.choice.best.letter == "B"


def test_every_write_leaves_an_event_and_the_log_verifies(
    study: Study, case: Assignment
) -> None:
    before = Event.objects.filter(study=study).count()
    assignment_open(case_id=case.pk, actor=case.seat.rater)
    complete(case)
    comment_save(case_id=case.pk, text="Clear.", version=0, actor=case.seat.rater)
    assignment_submit(case_id=case.pk, actor=case.seat.rater)
    assert Event.objects.filter(study=study).count() == before + 1 + 12 + 1 + 1 + 1
    assert study_verify(Study.objects.get(pk=study.pk)).holds


def test_a_refused_write_leaves_no_event(study: Study, case: Assignment) -> None:
    rate(case)
    before = Event.objects.count()
    with pytest.raises(ConflictError):
        rate(case)
    assert Event.objects.count() == before


def test_best_and_second_must_differ(case: Assignment) -> None:
    with pytest.raises(StudyError, match="both A"):
        choice_save(
            case_id=case.pk, picks=Picks("A", "A"), version=0, actor=case.seat.rater
        )


@pytest.mark.parametrize("verdict", ["tie", "none"])
def test_a_forced_choice_knows_no_tie(case: Assignment, verdict: str) -> None:
    with pytest.raises(StudyError, match="asks for a best option"):
        choice_save(
            case_id=case.pk,
            picks=Picks(verdict=verdict),
            version=0,
            actor=case.seat.rater,
        )


def test_the_protocol_may_allow_ties(ada: User) -> None:
    rules = Protocol(tie_rule=TieRule.TIES)
    study = study_open(study=factories.study(n_cases=3, n_raters=1, protocol=rules))
    rater_seat(study=study, rater=ada)
    case = Assignment.objects.get(seat__rater=ada, position=1)
    choice_save(case_id=case.pk, picks=Picks(verdict="tie"), version=0, actor=ada)
    assert not [
        line
        for line in case_missing(case.pk, case.seat.study.rules)
        if "option" in line.label
    ]


def test_a_guess_is_one_letter_or_unknown(case: Assignment) -> None:
    with pytest.raises(StudyError, match="not both"):
        guess_save(
            case_id=case.pk,
            letter="A",
            is_unknown=True,
            version=0,
            actor=case.seat.rater,
        )


def test_no_guess_is_taken_where_none_is_asked_for(ada: User) -> None:
    rules = Protocol(guess=False)
    study = study_open(study=factories.study(n_cases=3, n_raters=1, protocol=rules))
    rater_seat(study=study, rater=ada)
    case = Assignment.objects.get(seat__rater=ada, position=1)
    with pytest.raises(StudyError, match="does not ask for a guess"):
        guess_save(case_id=case.pk, letter="A", is_unknown=False, version=0, actor=ada)


@pytest.mark.parametrize(
    ("gap", "sentence"),
    [
        ("cell", "1 answer is missing: Evidence grounding of A"),
        ("best", "2 answers are missing: best option, second best option"),
        ("second", "1 answer is missing: second best option"),
    ],
)
def test_an_incomplete_case_is_not_submitted(case: Assignment, gap, sentence) -> None:
    complete(case)
    if gap == "cell":
        rate(case, None, version=1)
    else:
        picks = Picks() if gap == "best" else Picks("A")
        choice_save(case_id=case.pk, picks=picks, version=1, actor=case.seat.rater)
    with pytest.raises(StudyError, match=sentence):
        assignment_submit(case_id=case.pk, actor=case.seat.rater)
    case.refresh_from_db()
    assert not case.is_done


def test_a_submitted_case_can_no_longer_be_changed(case: Assignment) -> None:
    complete(case)
    assignment_submit(case_id=case.pk, actor=case.seat.rater)
    with pytest.raises(StateError, match="has been submitted"):
        rate(case, 5, version=1)
    with pytest.raises(StateError, match="has been submitted"):
        assignment_submit(case_id=case.pk, actor=case.seat.rater)


def test_cannot_judge_completes_a_case_with_its_reason(case: Assignment) -> None:
    with pytest.raises(StudyError, match="few words"):
        assignment_cannot_judge(case_id=case.pk, reason=" ", actor=case.seat.rater)
    assignment_cannot_judge(case_id=case.pk, reason="black", actor=case.seat.rater)
    case.refresh_from_db()
    assert case.is_done


def test_nothing_is_written_after_the_lock(study: Study, case: Assignment) -> None:
    complete(case)
    study_lock(study=study)
    with pytest.raises(StateError, match="study is closed"):
        rate(case, 5, version=1)
    with pytest.raises(StateError, match="study is closed"):
        assignment_submit(case_id=case.pk, actor=case.seat.rater)


def test_anothers_case_does_not_exist_whether_its_study_is_open_or_closed(
    study: Study, case: Assignment, ben: User
) -> None:
    score = {"letter": "A", "criterion": "grounding", "value": 3, "version": 0}
    with pytest.raises(UnknownCaseError):
        rating_save(case_id=case.pk, actor=ben, **score)
    study_lock(study=study)
    with pytest.raises(UnknownCaseError):
        rating_save(case_id=case.pk, actor=ben, **score)
