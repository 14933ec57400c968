"""Size and work are the same whoever wrote a text; ids and order tell nothing."""

from uuid import UUID

import pytest

from annotations.models import Assignment, Case, Seat, Slot, SlotIdentity
from tests.annotations.blinding.crawl import crawl
from tests.annotations.blinding.worlds import permute, rotated

pytestmark = pytest.mark.django_db


def test_every_answer_takes_the_same_statements_and_bytes(
    small_study, client_of, ada
) -> None:
    """Time follows work: the same SQL, in the same order, for answers of one size."""
    before = crawl(client_of(ada))
    permute(rotated())
    after = crawl(client_of(ada))
    for step, seen in before.items():
        assert seen.statements == after[step].statements, step
        assert len(seen.content) == len(after[step].content), step


def test_a_case_page_never_asks_for_more_than_twelve_statements(
    small_study, client_of, ada
) -> None:
    pages = {
        step: seen for step, seen in crawl(client_of(ada)).items() if "cases/" in step
    }
    assert pages
    for step, seen in pages.items():
        if " get " in step:
            assert len(seen.statements) <= 12, step


def test_ids_are_random_and_carry_neither_time_nor_order(small_study) -> None:
    for model in (Assignment, Slot, Seat, Case):
        ids = list(model.objects.order_by("pk").values_list("pk", flat=True))
        assert all(isinstance(one, UUID) and one.version == 4 for one in ids)


def test_no_identity_row_follows_the_order_of_its_slots_rows(small_study) -> None:
    """Rows are written by letter, and the letters were drawn: no system comes first."""
    orders = {
        tuple(
            SlotIdentity.objects.filter(slot__assignment=case)
            .order_by("slot__letter")
            .values_list("system", flat=True)
        )
        for case in Assignment.objects.all()
    }
    assert len(orders) > 1
