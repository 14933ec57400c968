"""A slip of the pen becomes an error page; without the guard the crawl notices it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.conf import settings as site
from django.urls import reverse

from annotations.models import Assignment, SlotIdentity
from annotations.selectors import BlindedCase, blinded_case
from annotations.vault import BlindingError
from annotations.views import rating
from tests.annotations.blinding.crawl import crawl, differences
from tests.annotations.blinding.worlds import permute, rotated

pytestmark = pytest.mark.django_db

GUARD = "annotations.middleware.BlindingMiddleware"


def leaky(case: Assignment) -> BlindedCase:
    """A programmer's slip: the page's record carries who wrote its first text."""
    shown = blinded_case(case)
    owner = SlotIdentity.objects.get(slot__assignment=case, slot__letter="A")
    first = replace(shown.options[0], text=f"{owner.system}")
    return replace(shown, options=(first, *shown.options[1:]))


def slow(case: Assignment) -> BlindedCase:
    """A subtler slip: one more query for one system, and nothing on the page."""
    owner = SlotIdentity.objects.get(slot__assignment=case, slot__letter="A")
    if owner.system.endswith("one"):
        Assignment.objects.count()
    return blinded_case(case)


def longer(case: Assignment) -> BlindedCase:
    """A text that is a space longer if one system wrote it."""
    shown = blinded_case(case)
    owner = SlotIdentity.objects.get(slot__assignment=case, slot__letter="A")
    more = shown.comment.text + (" " if owner.system.endswith("one") else "")
    return replace(shown, comment=replace(shown.comment, text=more))


def test_the_blinded_record_has_no_field_for_an_identity() -> None:
    names = set(BlindedCase.__dataclass_fields__)
    for secret in ("system", "clip", "patient", "label", "dataset", "source"):
        assert not [name for name in names if secret in name]


def test_the_guard_turns_a_slip_into_an_error_page(
    small_study, client_of, ada, monkeypatch
) -> None:
    monkeypatch.setattr(rating, "blinded_case", leaky)
    browser = client_of(ada)
    url = reverse("case", args=[Assignment.objects.filter(seat__rater=ada)[0].pk])
    answer = browser.get(url)
    assert answer.status_code == 500
    assert b"zqx-canary" not in answer.content
    browser.raise_request_exception = True
    with pytest.raises(BlindingError):
        browser.get(url)


@pytest.mark.parametrize("slip", [leaky, slow, longer])
def test_without_the_guard_every_slip_is_noticed(
    small_study, client_of, ada, settings, monkeypatch, slip: Callable
) -> None:
    assert GUARD in site.MIDDLEWARE
    monkeypatch.setattr(rating, "blinded_case", slip)
    settings.MIDDLEWARE = [name for name in site.MIDDLEWARE if name != GUARD]
    before = crawl(client_of(ada))
    permute(rotated())
    assert differences(before, crawl(client_of(ada))) != []
