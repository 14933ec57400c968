"""Non-interference: what a rater can reach does not depend on who wrote which text.

One world is crawled twice: as it is, and with the identities permuted while each
slot's text stays put. After masking tokens and times the bytes must be equal.
"""

import codecs
import hashlib
import random
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.conf import settings as site
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.models import Assignment, SlotIdentity, Study
from annotations.selectors import BlindedCase, blinded_case
from annotations.vault import BlindingError
from annotations.views import rating
from tests import factories

pytestmark = pytest.mark.django_db

MASKS = [
    re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"'),
    re.compile(rb'"x-csrftoken": "[^"]+"'),
    re.compile(rb"/film/film:[\w:-]+"),
    re.compile(rb'<time datetime="[^"]+">[^<]+</time>'),
]
CANARIES = [
    *factories.SYSTEMS,
    factories.CLIP_CANARY,
    factories.PATIENT_CANARY,
    "zqxsource",
    "dcm",
]
GUARD = "annotations.middleware.BlindingMiddleware"

Seen = dict[str, tuple[int, str, bytes]]


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(ada)
    return client


def visits(case: Assignment) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Every address of one case, with what a browser sends there."""
    args = [case.pk]
    yield "get", reverse("case", args=args), {}
    cell = {"A-grounding-value": 4, "A-grounding-version": 0}
    yield "post", reverse("cell_save", args=[*args, "A", "grounding"]), cell
    yield "post", reverse("cell_save", args=[*args, "A", "grounding"]), cell
    yield "post", reverse("cell_save", args=[*args, "F", "none"]), {}
    picks = {"choice-best": "A", "choice-second": "B", "choice-version": 0}
    yield "post", reverse("picks_save", args=args), picks
    words = {"comment-text": "x", "comment-version": 0}
    yield "post", reverse("words_save", args=args), words
    yield "post", reverse("hunch_save", args=args), {"guess-version": 0}
    yield "get", reverse("case", args=args), {}
    yield "post", reverse("case", args=args), {}
    yield "get", reverse("case_review", args=args), {}
    yield "post", reverse("case_review", args=args), {}
    yield "get", reverse("case_film_url", args=args), {}
    yield "get", reverse("case_film", args=[*args, "forged"]), {}
    yield "get", reverse("case_cannot_judge", args=args), {}
    yield "post", reverse("case_cannot_judge", args=args), {"reason": "black"}
    yield "get", reverse("case", args=args), {}


def everything(rater: User) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Every address that a rater can reach, and some that no rater can."""
    study = Study.objects.get()
    cases = Assignment.objects.order_by("seat__number", "position")
    for page in ("home", "case_list", "account_login", "study_list", "gaitmodel:runs"):
        yield "get", reverse(page), {}
    for page in ("study", "study_verify", "study_lock", "study_analysis"):
        yield "post", reverse(page, args=[study.pk]), {}
    for case in cases:
        yield from visits(case)
    yield "get", "/nowhere/", {}
    yield "get", reverse("invitation", args=["forged"]), {}
    yield "get", reverse("case_list"), {}


def masked(content: bytes) -> bytes:
    for mask in MASKS:
        content = mask.sub(b"-", content)
    return content


def crawl(browser: Client, rater: User) -> Seen:
    """Answer by answer: status, headers, masked bytes; the database is left as it was."""
    seen: Seen = {}
    with transaction.atomic():
        for step, (method, url, data) in enumerate(everything(rater)):
            answer = getattr(browser, method)(url, data)
            seen[f"{step} {method} {url}"] = _record(answer)
        for case in Assignment.objects.filter(seat__rater=rater):
            url = browser.get(reverse("case_film_url", args=[case.pk])).json()["url"]
            seen[f"film {case.pk}"] = _record(browser.get(url))
        transaction.set_rollback(True)
    return seen


def _record(answer) -> tuple[int, str, bytes]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = [item for item in sorted(answer.headers.items()) if item[0] != "Expires"]
    return answer.status_code, str(headers), masked(content)


def permute(seed: int) -> None:
    """Give each text of a case to another system, the texts staying where they are."""
    chance = random.Random(seed)
    for case in Assignment.objects.all():
        identities = list(SlotIdentity.objects.filter(slot__assignment=case))
        owners = [(one.system, one.rationale_id) for one in identities]
        chance.shuffle(owners)
        for identity, (system, rationale) in zip(identities, owners, strict=True):
            SlotIdentity.objects.filter(pk=identity.pk).update(
                system=system, rationale=rationale
            )


def differences(one: Seen, two: Seen) -> list[str]:
    return [step for step in one if one[step] != two.get(step)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_permuting_the_identities_changes_no_byte(browser, study, ada, seed) -> None:
    before = crawl(browser, ada)
    assert len(before) > 100
    permute(seed)
    assert differences(before, crawl(browser, ada)) == []


def disguises(word: str) -> list[bytes]:
    raw = word.encode()
    return [
        raw,
        b64encode(raw).rstrip(b"="),
        raw.hex().encode(),
        codecs.encode(word, "rot13").encode(),
        quote(word).encode(),
        hashlib.sha256(raw).hexdigest().encode(),
        hashlib.md5(raw).hexdigest().encode(),
    ]


def test_no_canary_sings_in_any_disguise(browser, study, ada) -> None:
    film = factories.tiny_film().read_bytes()
    for step, (_, headers, content) in crawl(browser, ada).items():
        if content == film:
            content = b""
        for canary in CANARIES:
            for disguise in disguises(canary):
                assert disguise not in content, (step, canary)
                assert disguise not in headers.encode(), (step, canary)


def test_the_blinded_record_has_no_field_for_an_identity() -> None:
    names = set(BlindedCase.__dataclass_fields__)
    for secret in ("system", "clip", "patient", "label", "dataset", "source"):
        assert not [name for name in names if secret in name]


def leaky(case: Assignment) -> BlindedCase:
    """A programmer's slip: the page's record carries who wrote its first text."""
    shown = blinded_case(case)
    owner = SlotIdentity.objects.get(slot__assignment=case, slot__letter="A")
    first = replace(shown.options[0], text=f"{owner.system}")
    return replace(shown, options=(first, *shown.options[1:]))


@pytest.fixture
def slip(monkeypatch: pytest.MonkeyPatch) -> Callable[[Assignment], BlindedCase]:
    monkeypatch.setattr(rating, "blinded_case", leaky)
    return leaky


def test_the_guard_turns_a_slip_into_an_error_page(browser, case, slip) -> None:
    answer = browser.get(reverse("case", args=[case.pk]))
    assert answer.status_code == 500
    assert b"zqx-canary" not in answer.content
    browser.raise_request_exception = True
    with pytest.raises(BlindingError):
        browser.get(reverse("case", args=[case.pk]))


def test_without_the_guard_the_same_slip_is_noticed(
    browser, study, ada, slip, settings
) -> None:
    assert GUARD in site.MIDDLEWARE
    settings.MIDDLEWARE = [name for name in site.MIDDLEWARE if name != GUARD]
    bare = Client(raise_request_exception=False)
    bare.force_login(ada)
    before = crawl(bare, ada)
    permute(1)
    assert differences(before, crawl(bare, ada)) != []
    assert any(b"zqx-canary" in content for _, _, content in before.values())
