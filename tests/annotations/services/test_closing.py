"""Locking and unblinding: two leads, their passwords, a reason, and no way back."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, transaction

from annotations.core.errors import StateError, StudyError
from annotations.models import Assignment, Rating, Seat, Study
from annotations.reports import study_report
from annotations.selectors import ratings_for, study_target
from annotations.selectors.unblinded import rating_counts
from annotations.services import study_lock, study_open, study_unblind
from annotations.services.joining import consent_withdraw
from tests import factories
from tests.annotations.services.test_rating import complete
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def sign(study: Study, signer: User, **changes: str) -> Study:
    wanted = {"password": PASSWORD, "reason": "all cases are in"}
    return study_unblind(study=study, signer=signer, **{**wanted, **changes})


def test_two_leads_unblind_a_locked_study(study: Study, cleo: User, dora: User) -> None:
    study_lock(study=study)
    assert sign(study, cleo).state == Study.State.LOCKED
    assert sign(study, dora).state == Study.State.UNBLINDED


def test_one_lead_cannot_sign_twice(study: Study, cleo: User) -> None:
    study_lock(study=study)
    sign(study, cleo)
    with pytest.raises(StudyError, match="already signed"):
        sign(study, cleo)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"password": "guessed"}, "password is wrong"), ({"reason": " "}, "a reason")],
)
def test_a_signature_needs_password_and_reason(
    study: Study, cleo: User, change, sentence
) -> None:
    study_lock(study=study)
    with pytest.raises(StudyError, match=sentence):
        sign(study, cleo, **change)
    assert not study.signatures.exists()


def test_a_rater_cannot_sign(study: Study, ada: User) -> None:
    study_lock(study=study)
    with pytest.raises(StudyError, match="not a lead"):
        sign(study, ada)


def test_an_open_study_is_not_unblinded_nor_a_locked_one_locked(
    study: Study, cleo: User
) -> None:
    with pytest.raises(StateError, match="only a locked one"):
        sign(study, cleo)
    study_lock(study=study)
    with pytest.raises(StateError, match="only an open one"):
        study_lock(study=study)


def test_ratings_are_read_with_their_systems_only_after_unblinding(
    study: Study, case: Assignment, cleo: User, dora: User
) -> None:
    complete(case)
    study_lock(study=study)
    for read in (ratings_for, study_target):
        with pytest.raises(StateError, match="not unblinded"):
            read(study)
    sign(study, cleo)
    sign(study, dora)
    assert study_target(study) == factories.SYSTEMS[0]
    rows = ratings_for(study)
    assert len(rows) == 36
    mine = [row for row in rows if row.scores["grounding"] is not None]
    assert {row.case for row in mine} == {case.case.clip.name}
    assert {row.model for row in mine} == set(factories.SYSTEMS)
    assert [row.position for row in mine] == ["A", "B", "C"]
    assert [row.best for row in mine] == [True, False, False]
    assert [row.second for row in mine] == [False, False, True]
    assert {row.correct for row in rows} == {False}
    assert {row.best for row in rows if row not in mine} == {None}


def test_a_state_set_on_the_object_alone_unblinds_nothing(study: Study) -> None:
    study.state = Study.State.UNBLINDED
    with pytest.raises(StateError):
        ratings_for(study)
    assert Rating.objects.filter(value__isnull=False).count() == 0


def test_counts_in_sql_give_the_reports_means(
    study: Study, case: Assignment, cleo: User, dora: User
) -> None:
    complete(case)
    study_lock(study=study)
    sign(study, cleo)
    unblinded = sign(study, dora)
    rows = list(rating_counts(unblinded))
    whole = study_report(unblinded).analysis
    assert sum(row[4] for row in rows) == whole.n.ratings
    for patient, system, criterion, value, count in rows:
        assert patient.startswith(factories.PATIENT_CANARY)
        assert whole.criteria[criterion].systems[system].counts[value] >= count
    out = io.StringIO()
    call_command("report_study", unblinded.name, "--quick", stdout=out)
    assert f"{whole.n.ratings} ratings of 1 patient." in out.getvalue()


def test_counting_waits_for_unblinding(study: Study) -> None:
    with pytest.raises(StateError, match="not unblinded"):
        list(rating_counts(study))


@pytest.mark.parametrize("act", ["move the seat", "change its rater", "change a text"])
def test_the_database_keeps_seats_and_texts_of_a_locked_study(
    study: Study, case: Assignment, act: str
) -> None:
    study_lock(study=study)
    elsewhere = study_open(study=factories.study("Another", start=20))
    seat = Seat.objects.filter(pk=case.seat_id)
    acts = {
        "move the seat": lambda: seat.update(study=elsewhere, number=99),
        "change its rater": lambda: seat.update(rater=None),
        "change a text": lambda: case.slots.update(text="another"),
    }
    with (
        pytest.raises(DatabaseError, match="the study is locked"),
        transaction.atomic(),
    ):
        acts[act]()


def test_nobody_signs_under_a_protocol_that_is_not_the_sealed_one(
    study: Study, cleo: User
) -> None:
    study_lock(study=study)
    eased = {**study.protocol, "signatories": 1}
    Study.objects.filter(pk=study.pk).update(protocol=eased)
    with pytest.raises(StudyError, match="protocol: differs from what was sealed"):
        sign(study, cleo)
    assert Study.objects.get(pk=study.pk).state == Study.State.LOCKED


def test_a_rater_who_became_a_lead_does_not_sign(study: Study, ada: User) -> None:
    study_lock(study=study)
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    with pytest.raises(StudyError, match="was a rater in this study"):
        sign(study, User.objects.get(pk=ada.pk))


def test_a_rater_who_withdrew_and_became_a_lead_does_not_sign(
    study: Study, ada: User
) -> None:
    consent_withdraw(seat_id=Seat.objects.get(study=study, rater=ada).pk, actor=ada)
    study_lock(study=study)
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    with pytest.raises(StudyError, match="was a rater in this study"):
        sign(study, User.objects.get(pk=ada.pk))
