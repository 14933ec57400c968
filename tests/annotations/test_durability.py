"""A full disk, a jumping clock, a lost connection: nothing acknowledged is lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.models import Assignment, Comment, Event, Rating, Study
from annotations.services import rater_seat, rating_save, study_open, study_verify
from tests import factories, people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case() -> Assignment:
    study = study_open(study=factories.study(n_cases=2, n_raters=1))
    rater_seat(study=study, rater=people.rater("ada"))
    return Assignment.objects.select_related("seat__rater").get(position=1)


def sent(value: int, version: int = 0) -> dict[str, object]:
    return {
        "A-grounding-value": value,
        "A-grounding-version": version,
        "A-grounding-key": str(KEY),
    }


KEY = uuid4()


def browser(case: Assignment) -> tuple[Client, str]:
    client = Client(raise_request_exception=False)
    client.force_login(case.seat.rater)
    client.get(reverse("case", args=[case.pk]))
    return client, reverse("cell_save", args=[case.pk, "A", "grounding"])


def is_whole() -> bool:
    """Cells and log agree, and the chain verifies."""
    stored = Rating.objects.filter(value__isnull=False).count()
    logged = Event.objects.filter(kind="rating_saved").count()
    return stored == logged and study_verify(Study.objects.get()).holds


def fill_up(cursor) -> None:
    while True:
        cursor.execute("INSERT INTO filler VALUES (zeroblob(3000))")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="fills a SQLite file")
def test_a_full_disk_refuses_whole_and_a_retry_is_taken_once(case) -> None:
    """A long comment needs new pages of the file, and there are none."""
    client, _ = browser(case)
    url = reverse("words_save", args=[case.pk])
    words = {"comment-text": "w" * 4000, "comment-version": 0, "comment-key": str(KEY)}
    comments = Event.objects.filter(kind="comment_saved")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filler (bytes BLOB)")
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 1}")
        with pytest.raises(DatabaseError, match="full"):
            fill_up(cursor)
        assert client.post(url, words).status_code == 503
        assert not Comment.objects.exclude(text="").exists()
        assert not comments.exists()
        assert is_whole()
        cursor.execute("PRAGMA max_page_count = 1073741823")
        cursor.execute("DROP TABLE filler")
    for _ in range(2):  # the same key: the second time it is done already
        assert client.post(url, words).status_code == 200
    assert Comment.objects.get(version=1).text == "w" * 4000
    assert comments.count() == 1
    assert is_whole()


def test_a_clock_that_jumps_back_and_forth_breaks_nothing(case, monkeypatch) -> None:
    real = timezone.now
    for turn, hours in enumerate((0, -5, 48, -48)):
        monkeypatch.setattr(
            timezone, "now", lambda h=hours: real() + timedelta(hours=h)
        )
        saved = rating_save(
            case_id=case.pk,
            letter="A",
            criterion="grounding",
            value=turn + 1,
            version=turn,
            actor=case.seat.rater,
        )
        assert saved.version == turn + 1
    monkeypatch.undo()
    times = list(Event.objects.order_by("sequence").values_list("at", flat=True))
    assert times != sorted(times)
    assert study_verify(Study.objects.get()).holds
    assert Rating.objects.get(value__isnull=False).value == 4


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends a server's process")
def test_a_database_process_ended_between_statements_loses_nothing(
    case, monkeypatch
) -> None:
    """The cell in flight is refused and not stored; the retry is taken once."""
    from annotations.services import cells

    client, url = browser(case)
    append = cells.event_append

    def ended(**event):
        other = connections.create_connection("default")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            process = cursor.fetchone()[0]
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [process])
        other.close()
        return append(**event)

    monkeypatch.setattr(cells, "event_append", ended)
    assert client.post(url, sent(4)).status_code == 503
    monkeypatch.undo()
    connection.close()
    assert not Rating.objects.filter(value__isnull=False).exists()
    assert client.post(url, sent(4)).status_code == 200
    assert client.post(url, sent(4)).status_code == 200
    assert Rating.objects.filter(value=4, version=1).count() == 1
    assert is_whole()
