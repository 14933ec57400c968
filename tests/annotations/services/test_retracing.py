"""What is appended to the log after the lock is found, and an unblinding unsigned."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.audit import event_append, study_for_update
from annotations.models import Assignment, Rating, Study
from annotations.services import study_lock, study_unblind, study_verify
from tests.annotations.services.test_rating import complete
from tests.people import PASSWORD
from tests.tampering import drop_trigger

pytestmark = pytest.mark.django_db


def breaks(study: Study) -> tuple[str, ...]:
    return study_verify(Study.objects.get(pk=study.pk)).breaks


def test_a_score_changed_after_the_lock_with_its_entry_is_named(
    study: Study, case: Assignment, ada: User
) -> None:
    complete(case)
    study_lock(study=study)
    cell = Rating.objects.filter(slot__assignment=case)[0]
    said = {"slot": str(cell.slot_id), "criterion": cell.criterion.key, "value": 5}
    drop_trigger("rating_locked_update", "annotations_rating")
    with transaction.atomic():
        held = study_for_update(study.pk)
        Rating.objects.filter(pk=cell.pk).update(value=5)
        event_append(study=held, kind="rating_saved", actor=ada, payload=said)
    told = f"event {held.event_count}: rating_saved after the study was locked"
    assert breaks(study) == (told,)


@pytest.mark.parametrize("n_signed", [0, 1])
def test_an_unblinding_that_too_few_have_signed_is_named(
    study: Study, cleo: User, n_signed: int
) -> None:
    study_lock(study=study)
    for signer in [cleo][:n_signed]:
        study_unblind(study=study, signer=signer, password=PASSWORD, reason="done")
    with transaction.atomic():
        held = study_for_update(study.pk)
        forged = {"state": Study.State.UNBLINDED, "unblinded_at": timezone.now()}
        Study.objects.filter(pk=study.pk).update(**forged)
        event_append(study=held, kind="study_unblinded", actor=cleo, payload={})
    number = held.event_count
    assert breaks(study) == (
        f"event {number}: unblinded with {n_signed} of 2 signatures",
    )


@pytest.mark.parametrize(
    "change",
    [{"reason": "another"}, {"signed_at": datetime(2026, 1, 1, tzinfo=UTC)}],
    ids=["reason", "time"],
)
def test_a_signature_backdated_or_given_another_reason_is_named(
    study: Study, cleo: User, change: dict[str, object]
) -> None:
    study_lock(study=study)
    study_unblind(study=study, signer=cleo, password=PASSWORD, reason="done")
    assert breaks(study) == ()
    study.signatures.update(**change)
    assert breaks(study) == ("signatures: they are not those of the log",)
