"""Consent, practice, own diagnosis, attention: what comes with and before the answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from annotations.core.errors import StateError, StudyError
from annotations.core.instrument.protocol import CONSENT, ConsentForm, Protocol
from annotations.models import (
    Assignment,
    Attention,
    Event,
    EventContent,
    OwnDiagnosis,
    Rating,
    Seat,
    Study,
)
from annotations.services import (
    assignment_open,
    assignment_reopen,
    assignment_submit,
    choice_save,
    rater_seat,
    rating_save,
    study_lock,
    study_open,
    study_verify,
)
from annotations.services.attending import Beat, attention_note
from annotations.services.joining import (
    consent_give,
    consent_withdraw,
    own_diagnosis_give,
    seat_practised,
)
from annotations.services.verdicts import Picks
from annotations.services.writing import UnknownCaseError
from tests import factories

pytestmark = pytest.mark.django_db
TRONDHEIM = ConsentForm("2-no", "Another text.", site="Trondheim")


def seated(ada: User, **rules: object) -> Assignment:
    """Ada's first case under a protocol of its own."""
    protocol = Protocol(**rules)  # type: ignore[arg-type]
    study = study_open(study=factories.study(n_cases=3, n_raters=1, protocol=protocol))
    rater_seat(study=study, rater=ada)
    return Assignment.objects.get(seat__rater=ada, position=1)


def rate(case: Assignment, ada: User, value: int | None = 4, version: int = 0):
    return rating_save(
        case_id=case.pk,
        letter="A",
        criterion="grounding",
        value=value,
        version=version,
        modality="touch",
        actor=ada,
    )


def complete(case: Assignment, ada: User) -> None:
    for row in Rating.objects.filter(slot__assignment=case):
        rating_save(
            case_id=case.pk,
            letter=row.slot.letter,
            criterion=row.criterion.key,
            value=3,
            version=row.version,
            actor=ada,
        )
    choice_save(case_id=case.pk, picks=Picks("A", "B"), version=0, actor=ada)


def test_no_answer_is_taken_before_consent(ada: User) -> None:
    case = seated(ada, consents=(CONSENT,))
    with pytest.raises(StateError, match="consent has not been given"):
        rate(case, ada)
    consent_give(seat_id=case.seat_id, version="1", actor=ada)
    assert rate(case, ada).version == 1
    seat = Seat.objects.get(pk=case.seat_id)
    assert (seat.consent_version, seat.consented_at is None) == ("1", False)
    logged = Event.objects.get(kind="consent_given").content.payload
    assert (logged["version"], len(logged["text_sha256"])) == ("1", 64)


def test_each_site_has_its_own_form(ada: User) -> None:
    case = seated(ada, consents=(CONSENT, TRONDHEIM))
    Seat.objects.filter(pk=case.seat_id).update(site="Trondheim")
    with pytest.raises(StudyError, match="'1' is not this study's"):
        consent_give(seat_id=case.seat_id, version="1", actor=ada)
    consent_give(seat_id=case.seat_id, version="2-no", actor=ada)
    assert (
        Event.objects.get(kind="consent_given").content.payload["site"] == "Trondheim"
    )


def test_consent_forms_need_one_for_every_other_site() -> None:
    with pytest.raises(StudyError, match="one for all other sites"):
        Protocol(consents=(TRONDHEIM,))


def test_nobody_consents_for_another(ada: User, ben: User) -> None:
    case = seated(ada, consents=(CONSENT,))
    with pytest.raises(UnknownCaseError):
        consent_give(seat_id=case.seat_id, version="1", actor=ben)


def test_withdrawing_erases_the_answers_and_the_chain_still_holds(ada: User) -> None:
    case = seated(ada, consents=(CONSENT,), own_diagnosis=True)
    consent_give(seat_id=case.seat_id, version="1", actor=ada)
    own_diagnosis_give(case_id=case.pk, label="normal", confidence=None, actor=ada)
    complete(case, ada)
    assignment_submit(case_id=case.pk, actor=ada)
    consent_withdraw(seat_id=case.seat_id, actor=ada)
    assert not Rating.objects.exclude(value=None, first_value=None, version=0).exists()
    assert not OwnDiagnosis.objects.exists()
    assert not EventContent.objects.filter(event__actor=ada).exists()
    assert Seat.objects.get(pk=case.seat_id).rater is None
    assert Assignment.objects.get(pk=case.pk).state == Assignment.State.NEW
    assert study_verify(Study.objects.get()).holds
    with pytest.raises(UnknownCaseError):
        rate(case, ada)


def test_after_the_lock_consent_can_no_longer_be_withdrawn(ada: User) -> None:
    case = seated(ada, consents=(CONSENT,))
    consent_give(seat_id=case.seat_id, version="1", actor=ada)
    study_lock(study=Study.objects.get())
    with pytest.raises(StateError, match="closed"):
        consent_withdraw(seat_id=case.seat_id, actor=ada)


def test_the_own_diagnosis_comes_first_and_once(ada: User) -> None:
    case = seated(ada, own_diagnosis=True)
    with pytest.raises(StateError, match="before reading the texts"):
        rate(case, ada)
    with pytest.raises(StudyError, match="'limping' is not one of the eight"):
        own_diagnosis_give(case_id=case.pk, label="limping", confidence=2, actor=ada)
    own_diagnosis_give(case_id=case.pk, label="myopathic", confidence=2, actor=ada)
    with pytest.raises(StateError, match="can no longer be changed"):
        own_diagnosis_give(case_id=case.pk, label="normal", confidence=2, actor=ada)
    assert rate(case, ada).version == 1


def test_a_study_that_does_not_ask_takes_no_diagnosis(ada: User) -> None:
    case = seated(ada)
    with pytest.raises(StateError, match="does not ask"):
        own_diagnosis_give(case_id=case.pk, label="normal", confidence=2, actor=ada)


def test_first_value_changes_and_means_are_kept(ada: User) -> None:
    case = seated(ada)
    rate(case, ada, 2)
    rate(case, ada, None, version=1)
    rate(case, ada, 5, version=2)
    row = Rating.objects.get(
        slot__assignment=case, slot__letter="A", criterion__key="grounding"
    )
    assert (row.first_value, row.value, row.version, row.modality) == (2, 5, 3, "touch")


def test_active_time_cannot_exceed_the_time_that_passed(ada: User) -> None:
    case = seated(ada)
    assignment_open(case_id=case.pk, actor=ada)
    Assignment.objects.filter(pk=case.pk).update(
        opened_at=timezone.now() - timedelta(seconds=30)
    )
    beat = Beat(active_s=500, watched=[(0, 2)], film_s=4, has_answered=True)
    seen = attention_note(case_id=case.pk, beat=beat, actor=ada)
    assert 29 <= seen.active_s <= 32
    assert seen.coverage == 0.5
    again = attention_note(
        case_id=case.pk, beat=replace(beat, watched=[(1, 3)]), actor=ada
    )
    assert again.active_s == pytest.approx(seen.active_s, abs=1)
    assert (again.watched, again.coverage) == ([(0, 3)], 0.75)
    assert again.first_answer_s == seen.first_answer_s


def test_the_log_keeps_how_long_a_case_took(ada: User) -> None:
    case = seated(ada)
    Attention.objects.create(
        assignment=case, active_s=61.0, coverage=1.0, told_at=timezone.now()
    )
    complete(case, ada)
    assignment_submit(case_id=case.pk, actor=ada)
    payload = Event.objects.get(kind="case_submitted").content.payload
    assert (payload["active_s"], payload["coverage"]) == (61.0, 1.0)


def test_practice_leaves_an_event_and_no_answer(ada: User) -> None:
    case = seated(ada, practice=True)
    seat_practised(seat_id=case.seat_id, actor=ada)
    seat_practised(seat_id=case.seat_id, actor=ada)
    assert Event.objects.filter(kind="practice_finished").count() == 1
    assert not Rating.objects.filter(version__gt=0).exists()


def test_a_case_is_taken_back_only_if_the_protocol_says_so(ada: User) -> None:
    case = seated(ada)
    complete(case, ada)
    assignment_submit(case_id=case.pk, actor=ada)
    with pytest.raises(StateError, match="does not let a case be reopened"):
        assignment_reopen(case_id=case.pk, actor=ada)
    study = Study.objects.get()
    study.protocol["reopening"] = True
    study.save()
    assignment_reopen(case_id=case.pk, actor=ada)
    assert Assignment.objects.get(pk=case.pk).state == Assignment.State.OPEN
    assert rate(case, ada, 1, version=1).version == 2
