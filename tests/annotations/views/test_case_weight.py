"""The case page is light, asks few questions of the database, and no other host."""

import gzip
import re

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

pytestmark = pytest.mark.django_db

LIMIT_BYTES = 60_000


@pytest.fixture
def page(case, ada) -> bytes:
    client = Client()
    client.force_login(ada)
    return client.get(reverse("case", args=[case.pk])).content


def parts(page: bytes) -> list[str]:
    """Style sheets and scripts of the page, as addresses."""
    return re.findall(
        r'(?:<script[^>]* src|<link[^>]* href)="(/static/[^"]+)"', page.decode()
    )


def test_page_styles_and_scripts_fit_into_sixty_kilobytes(page) -> None:
    files = [finders.find(part.removeprefix("/static/")) for part in parts(page)]
    assert len(files) >= 6
    whole = len(gzip.compress(page))
    for file in files:
        assert file
        with open(file, "rb") as read:  # noqa: PTH123
            whole += len(gzip.compress(read.read()))
    assert whole <= LIMIT_BYTES


def test_nothing_comes_from_another_host(page) -> None:
    loaded = re.findall(r'(?:src|href|action|hx-post|poster)="([^"]*)"', page.decode())
    assert len(loaded) > 20
    assert not [one for one in loaded if "//" in one]


def test_the_first_and_the_next_look_take_at_most_twelve_queries(case, ada) -> None:
    client = Client()
    client.force_login(ada)
    client.get(reverse("case_list"))
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("case", args=[case.pk])).status_code == 200
        asked = [
            q for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))
        ]
        assert len(asked) <= 12


def test_saving_a_cell_is_one_transaction_of_six_statements(case, ada) -> None:
    client = Client()
    client.force_login(ada)
    client.get(reverse("case", args=[case.pk]))
    url = reverse("cell_save", args=[case.pk, "A", "grounding"])
    cell = {"A-grounding-value": "4", "A-grounding-version": "0"}
    with CaptureQueriesContext(connection) as queries:
        assert client.post(url, cell).status_code == 200
    statements = [query["sql"].split()[0] for query in queries]
    assert statements.count("SAVEPOINT") == 1  # the test's own transaction is outside
    assert statements[:2] == ["SELECT", "SELECT"]  # session, user
    inside = statements[statements.index("SAVEPOINT") + 1 : statements.index("RELEASE")]
    assert inside == ["SELECT", "SELECT", "UPDATE", "INSERT", "INSERT", "UPDATE"]
    assert statements[-1] == "RELEASE"
