"""A seat is taken away while its rater's write waits for the study's lock."""

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from annotations.audit import study_for_update
from annotations.core.instrument.protocol import CONSENT, Protocol
from annotations.models import Assignment, Comment, Rating, Seat, Study
from annotations.services import comment_save, rater_seat, rating_save, study_open
from annotations.services.joining import consent_give
from annotations.services.reissuing import seat_reissue
from annotations.services.writing import UnknownCaseError
from tests import factories
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets a transaction begin only when the other has ended",
    ),
]


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def written_while_the_seat_is_taken_away(
    study: Study, write: Callable[[], object]
) -> list[Exception]:
    """What the write was told that had begun before, and went on afterwards."""
    told: list[Exception] = []

    def late() -> None:
        try:
            write()
        except Exception as error:
            told.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    with transaction.atomic():
        study_for_update(study.pk)
        thread.start()
        wait_until(is_waiting, "the write does not wait for the lock")
        seat_reissue(study=study, number=1, reason="has left", actor=None)
    thread.join()
    return told


def test_a_score_that_waited_does_not_come_into_a_freed_seat(
    study: Study, case: Assignment, ada: User
) -> None:
    told = written_while_the_seat_is_taken_away(
        study,
        lambda: rating_save(
            case_id=case.pk,
            letter="A",
            criterion="grounding",
            value=4,
            version=0,
            actor=ada,
        ),
    )
    assert not Rating.objects.filter(value__isnull=False).exists()
    assert [type(error) for error in told] == [UnknownCaseError]


def test_a_comment_that_waited_does_not_come_into_a_freed_seat(
    study: Study, case: Assignment, ada: User
) -> None:
    told = written_while_the_seat_is_taken_away(
        study,
        lambda: comment_save(case_id=case.pk, text="mine", version=0, actor=ada),
    )
    assert not Comment.objects.exclude(text="").exists()
    assert [type(error) for error in told] == [UnknownCaseError]


def test_a_consent_that_waited_does_not_count_for_who_sits_there_next(
    ada: User,
) -> None:
    protocol = Protocol(consents=(CONSENT,))
    draft = factories.study(n_cases=3, n_raters=1, protocol=protocol)
    opened = study_open(study=draft)
    seat = rater_seat(study=opened, rater=ada)
    told = written_while_the_seat_is_taken_away(
        opened,
        lambda: consent_give(seat_id=seat.pk, version=CONSENT.version, actor=ada),
    )
    assert Seat.objects.get(pk=seat.pk).consented_at is None
    assert [type(error) for error in told] == [UnknownCaseError]
