"""The film: ranges, signatures bound to person, session and case, and a log."""

import pytest
from django.test import Client
from django.urls import reverse

from annotations import media
from annotations.models import Assignment, Event
from annotations.services import rater_seat, study_open
from annotations.services.joining import consent_withdraw
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def url(page, case) -> str:
    return page.get(reverse("case_film_url", args=[case.pk])).json()["url"]


@pytest.fixture
def film() -> bytes:
    return factories.tiny_film().read_bytes()


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_whole_film_comes_without_a_range(page, url, film) -> None:
    answer = page.get(url)
    assert answer.status_code == 200
    assert body(answer) == film
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=5-", 5, None), ("bytes=-7", -7, None)],
)
def test_a_range_comes_as_206(page, url, film, asked, start, stop) -> None:
    answer = page.get(url, headers={"Range": asked})
    assert answer.status_code == 206
    assert body(answer) == film[start:stop]
    assert answer.headers["Content-Length"] == str(len(film[start:stop]))
    assert answer.headers["Content-Range"].endswith(f"/{len(film)}")


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", "bytes=9-5"])
def test_a_range_outside_the_film_is_416(page, url, film, asked) -> None:
    answer = page.get(url, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(film)}"


@pytest.mark.parametrize("asked", ["bytes={}-", "bytes=-{}", "bytes=0-{}"])
def test_a_range_of_thousands_of_digits_is_none(page, url, film, asked) -> None:
    answer = page.get(url, headers={"Range": asked.format("9" * 5000)})
    assert answer.status_code == 200
    assert body(answer) == film


def test_if_range_with_another_tag_sends_the_whole(page, url, film) -> None:
    tag = page.get(url).headers["ETag"]
    part = {"Range": "bytes=0-9"}
    assert page.get(url, headers={**part, "If-Range": tag}).status_code == 206
    assert page.get(url, headers={**part, "If-Range": '"x"'}).status_code == 200


def test_head_sends_no_body(page, url, film) -> None:
    answer = page.head(url)
    assert answer.headers["Content-Length"] == str(len(film))
    assert answer.content == b""


def test_an_expired_or_forged_address_is_refused(page, url, monkeypatch) -> None:
    assert page.get(url + "x").status_code == 403
    monkeypatch.setattr(media, "VALID_S", -1)
    assert page.get(url).status_code == 403


def test_another_person_session_or_case_is_refused(
    page, url, case, bens_case, ada, ben
) -> None:
    bens = Client()
    bens.force_login(ben)
    assert bens.get(url).status_code == 404
    swapped = url.replace(str(case.pk), str(bens_case.pk))
    assert bens.get(swapped).status_code == 403
    again = Client()
    again.force_login(ada)
    assert again.get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_each_opening_is_logged_and_a_seek_is_not(page, url) -> None:
    before = Event.objects.filter(kind="film_opened").count()
    page.get(url)
    page.get(url, headers={"Range": "bytes=0-"})
    page.get(url, headers={"Range": "bytes=100-"})
    assert Event.objects.filter(kind="film_opened").count() == before + 2


def test_of_who_withdraws_while_the_film_is_fetched_nothing_is_logged_afterwards(
    page, url, case, ada, monkeypatch
) -> None:
    fetched = media.shelf.film

    def late(name):
        consent_withdraw(seat_id=case.seat_id, actor=ada)
        return fetched(name)

    monkeypatch.setattr(media.shelf, "film", late)
    assert page.get(url).status_code == 404
    last = Event.objects.order_by("sequence").last()
    assert last.kind == "consent_withdrawn"


def test_the_headers_name_no_clip_and_no_time(page, url, case) -> None:
    answer = page.get(url)
    text = str(answer.headers) + url
    assert case.case.clip.name not in text
    assert case.case.film_sha256 not in text
    assert "Last-Modified" not in answer.headers
    assert answer.headers["Cache-Control"].startswith("private")


def test_nginx_can_send_the_bytes(page, url, case, settings) -> None:
    settings.MEDIA_ACCEL_PREFIX = "/inside/"
    answer = page.get(url)
    assert answer.headers["X-Accel-Redirect"] == f"/inside/{case.case.film}"
    assert answer.content == b""


def test_one_film_has_another_tag_in_each_case(ada, ben) -> None:
    """A tag that followed from the film alone would tell whoever holds the film."""
    study = study_open(study=factories.study(n_cases=2, n_raters=2, overlap=2))
    tags = []
    for rater in (ada, ben):
        rater_seat(study=study, rater=rater)
        client = Client()
        client.force_login(rater)
        row = Assignment.objects.get(seat__rater=rater, position=1)
        where = client.get(reverse("case_film_url", args=[row.pk])).json()["url"]
        tags.append(client.head(where).headers["ETag"])
    assert tags[0] != tags[1]
