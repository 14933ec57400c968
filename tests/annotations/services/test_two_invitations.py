"""Two links of one person, of two studies, are opened at once."""

import threading

import pytest
from django.db import connection
from django.test import Client

from annotations.models import Seat, Study
from annotations.services import inviting, raters_invite, study_open, study_verify
from annotations.views import invitation as page
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
EVA = "eva@example.org"


@pytest.fixture
def links(db: None) -> list[str]:
    """The paths of her invitations to two studies."""
    studies = [
        study_open(study=factories.study(name, n_cases=4, n_raters=2, start=start))
        for name, start in (("First", 0), ("Second", 20))
    ]
    sent = [
        raters_invite(study=study, emails=[EVA], site_url="")[0] for study in studies
    ]
    return [one.link for one in sent]


def accepted(link: str, password: str) -> Client:
    client = Client()
    client.status = client.post(link, {"password": password}).status_code
    return client


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)
def test_both_links_at_once_make_one_account_and_no_error(
    links: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Barrier(2)
    check = inviting.validate_password

    def together(*given: object) -> None:
        check(*given)
        gate.wait(timeout=30)

    monkeypatch.setattr(inviting, "validate_password", together)
    told = []

    def accept(link: str) -> None:
        told.append(accepted(link, "walking-slowly-77").status)
        connection.close()

    threads = [threading.Thread(target=accept, args=[link]) for link in links]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    assert sorted(told) == [302, 400]
    for link in links:
        accepted(link, "")  # who has an account is asked for no new password
    assert Seat.objects.filter(rater__username=EVA).count() == 2
    assert all(study_verify(study).holds for study in Study.objects.all())


def test_a_link_signs_nobody_in_to_an_account_that_another_has_just_made(
    links: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = page.invitation_accept

    def late(**given: object) -> object:
        monkeypatch.undo()
        assert "_auth_user_id" in accepted(links[0], "walking-slowly-77").session
        return accept(**given)

    monkeypatch.setattr(page, "invitation_accept", late)
    second = accepted(links[1], "somebody-else-78")
    assert second.status == 302
    assert "_auth_user_id" not in second.session
