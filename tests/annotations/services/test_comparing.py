"""A study in use is verified: scores go on, and none is taken for tampering."""

import threading
from types import ModuleType

import pytest
from django.db import connection, transaction

from annotations.models import Assignment, Rating, Study
from annotations.services import comparing, rating_save, replaying, study_verify

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = {"letter": "A", "criterion": "grounding"}


def scored_elsewhere(case: Assignment, version: int) -> None:
    """By another thread, and so by another connection."""

    def score() -> None:
        rating_save(
            case_id=case.pk, **PLACE, value=4, version=version, actor=case.seat.rater
        )
        connection.close()

    thread = threading.Thread(target=score)
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    ("module", "late"), [(comparing, "log_breaks"), (replaying, "_answers")]
)
def test_a_score_that_comes_while_a_study_is_verified_is_no_tampering(
    study: Study,
    case: Assignment,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    late: str,
) -> None:
    """Between its head and its log, or between its log and the rows."""
    read = getattr(module, late)
    written = []

    def interrupted(of: Study) -> object:
        if not connection.in_atomic_block:
            written.append(late)
            scored_elsewhere(case, 0)
        return read(of)

    monkeypatch.setattr(module, late, interrupted)
    verification = study_verify(study)
    assert verification.breaks == ()
    assert (written, verification.events) == ([late], study.events.count())


def test_what_was_changed_is_found_while_others_score(
    study: Study, case: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    Rating.objects.filter(slot__assignment=case, slot__letter="B").update(value=5)
    read = comparing.answer_breaks

    def interrupted(of: Study) -> list[str]:
        if not connection.in_atomic_block:
            scored_elsewhere(case, 0)
        return read(of)

    monkeypatch.setattr(comparing, "answer_breaks", interrupted)
    breaks = study_verify(study).breaks
    assert breaks
    assert all("is not what the log says" in line for line in breaks)
    with transaction.atomic():  # the study is let go of
        Study.objects.select_for_update(nowait=True).get(pk=study.pk)
