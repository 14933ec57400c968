"""Non-interference, byte for byte, for everyone who must be blind.

One world is crawled as it is, then with the identities permuted while each slot's
text stays put; and two worlds are built whole, in one of which the systems were
renamed before allocation.
"""

from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.models import Assignment, Study
from annotations.services import rater_seat, study_create, study_open
from gaitmodel.models import Rationale
from tests import factories
from tests.annotations.blinding import crawl as crawling
from tests.annotations.blinding.crawl import (
    LEADS_EXCEPTIONS,
    crawl,
    differences,
)
from tests.annotations.blinding.masks import Renaming
from tests.annotations.blinding.worlds import permute, rotated

pytestmark = pytest.mark.django_db

ORDERS = list(permutations(range(3)))


@pytest.mark.parametrize("who", ["ada", "ben", "nobody"])
def test_no_byte_depends_on_who_wrote_what(
    who, small_study, client_of, ada, ben
) -> None:
    person = {"ada": ada, "ben": ben, "nobody": None}[who]
    before = crawl(client_of(person))
    assert len(before) > 250
    assert not [step for step, seen in before.items() if seen.status >= 500]
    permute(rotated())
    assert differences(before, crawl(client_of(person))) == []


def test_a_lead_is_as_blind_until_the_study_is_unblinded(
    small_study, client_of, cleo
) -> None:
    before = crawl(client_of(cleo), leave_out=LEADS_EXCEPTIONS)
    permute(rotated())
    after = crawl(client_of(cleo), leave_out=LEADS_EXCEPTIONS)
    assert differences(before, after) == []


@pytest.fixture
def seen_by_ada(small_study, client_of, ada) -> crawling.World:
    return crawl(client_of(ada))


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=st.data())
def test_drawn_permutations_change_no_byte_either(
    drawn, seen_by_ada, client_of, ada
) -> None:
    cases = list(Assignment.objects.order_by("pk").values_list("pk", flat=True))
    orders = drawn.draw(
        st.lists(st.sampled_from(ORDERS), min_size=len(cases), max_size=len(cases))
    )
    with transaction.atomic():
        permute(dict(zip(cases, orders, strict=True)))
        after = crawl(client_of(ada))
        transaction.set_rollback(True)
    assert differences(seen_by_ada, after) == []


def built(names: dict[str, str], ada, client_of) -> list[bytes]:
    """A world whose systems were renamed before allocation, as Ada sees it."""
    with transaction.atomic():
        clips = factories.clips_with_rationales(3)
        for row in Rationale.objects.select_related("clip"):
            words = factories.SYSTEMS.index(row.system) + 1
            Rationale.objects.filter(pk=row.pk).update(
                system=names[row.system],
                text=f"Walk {row.clip.name}: {'a long even ' * words}stride.",
            )
        study = study_create(
            name="World",
            systems=[names[system] for system in factories.SYSTEMS],
            n_raters=1,
            clips=[clip.name for clip in clips],
            seed=factories.SEED,
        )
        study_open(study=study)
        rater_seat(study=study, rater=ada)
        shown = Renaming()
        client = client_of(ada)
        pages = []
        for case in Assignment.objects.order_by("position"):
            for method, url, data in _visits(case):
                seen = crawling.visit(client, method, url, data)
                text = f"{seen.status} {seen.headers} ".encode() + seen.content
                pages.append(shown(text))
        transaction.set_rollback(True)
    return pages


def _visits(case: Assignment):
    path = f"/cases/{case.pk}/"
    yield "get", "/cases/", {}
    yield "get", path, {}
    yield "post", path, crawling.answers(case)
    yield "get", f"{path}review/", {}
    yield "post", f"{path}review/", {}


def test_renaming_the_systems_before_allocation_changes_no_byte(ada, client_of) -> None:
    one, two, three = factories.SYSTEMS
    same = built({name: name for name in factories.SYSTEMS}, ada, client_of)
    renamed = built({one: three, two: one, three: two}, ada, client_of)
    assert len(same) == 15
    assert same == renamed
    assert not Study.objects.exists()
