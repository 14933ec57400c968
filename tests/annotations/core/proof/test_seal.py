"""The seal opens one leaf at a time and says where a byte was flipped."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.core.errors import StudyError
from annotations.core.proof.seal import (
    Item,
    Sealed,
    make_seal,
    proof,
    proof_holds,
    seal_breaks,
)

SIZES = st.integers(1, 40)


def sealed_items(size: int) -> tuple[Sealed, list[Item]]:
    items = [
        Item(f"item {n}", {"order": [n, 1, 2], "text": "läuft"}) for n in range(size)
    ]
    return make_seal(items, [bytes([n]) * 32 for n in range(size)]), items


def flipped(text: str, at: int) -> str:
    digit = "0" if text[at] != "0" else "1"
    return text[:at] + digit + text[at + 1 :]


@given(SIZES)
def test_an_untouched_study_has_no_breaks(size: int) -> None:
    assert seal_breaks(*sealed_items(size)) == []


@given(SIZES, st.data())
def test_each_leaf_can_be_opened_alone(size: int, data: st.DataObject) -> None:
    sealed, items = sealed_items(size)
    at = data.draw(st.integers(0, size - 1))
    steps = proof(sealed, items[at].name)
    assert proof_holds(sealed.root, items[at], sealed.leaves[at].nonce, steps)
    other = Item(items[at].name, {"order": [0]})
    assert not proof_holds(sealed.root, other, sealed.leaves[at].nonce, steps)


@given(SIZES, st.data())
def test_a_flipped_byte_is_found_and_named(size: int, data: st.DataObject) -> None:
    sealed, items = sealed_items(size)
    at = data.draw(st.integers(0, size - 1))
    place = data.draw(st.integers(0, 63))
    field = data.draw(st.sampled_from(["nonce", "digest"]))
    leaf = sealed.leaves[at]
    changed = replace(leaf, **{field: flipped(getattr(leaf, field), place)})
    leaves = (*sealed.leaves[:at], changed, *sealed.leaves[at + 1 :])
    breaks = seal_breaks(replace(sealed, leaves=leaves), items)
    assert f"item {at}: differs from what was sealed" in breaks
    root = replace(sealed, root=flipped(sealed.root, place))
    assert seal_breaks(root, items) == ["root: does not follow from the sealed items"]


def test_a_changed_removed_or_added_item_is_named() -> None:
    sealed, items = sealed_items(4)
    items[1] = Item("item 1", {"order": [9]})
    assert seal_breaks(sealed, [*items[:3], Item("new", {})]) == [
        "item 1: differs from what was sealed",
        "item 3: sealed, but no longer there",
        "new: not in the seal",
    ]


def test_the_root_hides_an_order_behind_its_nonce() -> None:
    item = [Item("a", {"order": [0, 1, 2]})]
    roots = {make_seal(item, [bytes([n]) * 32]).root for n in range(5)}
    assert len(roots) == 5


@pytest.mark.parametrize(
    ("items", "nonces"),
    [([], []), ([Item("a", {})] * 2, [bytes(32), bytes([1]) * 32])],
)
def test_items_without_names_of_their_own_are_refused(items, nonces) -> None:
    with pytest.raises(StudyError, match="each with its own name"):
        make_seal(items, nonces)


@pytest.mark.parametrize("nonces", [[bytes(32)] * 2, [bytes(31), bytes(32)]])
def test_a_shared_or_short_nonce_is_refused(nonces) -> None:
    with pytest.raises(StudyError, match="its own nonce of 32 bytes"):
        make_seal([Item("a", {}), Item("b", {})], nonces)


def test_what_json_cannot_carry_is_refused() -> None:
    with pytest.raises(StudyError, match="cannot be written as JSON"):
        make_seal([Item("a", {"x": float("nan")})], [bytes(32)])
