"""Random numbers of one's own, and sums in one order."""

from __future__ import annotations

import pytest
import torch

from gaitmodel.core.seeding import drawing_from, repeatable


def test_the_callers_stream_goes_on_as_if_nothing_had_been_drawn() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    with drawing_from(1):
        first = torch.rand(4)
    assert torch.equal(torch.rand(2), expected)
    with drawing_from(1):
        assert torch.equal(torch.rand(4), first)


def test_of_eight_cards_only_this_processs_own_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    state = torch.get_rng_state()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 8)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 5)
    monkeypatch.setattr(
        torch.cuda, "get_rng_state", lambda card: asked.append(card) or state
    )
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state, card: None)
    with drawing_from(1):
        pass
    assert asked == [5]


def test_a_card_is_told_to_add_in_one_order_and_a_processor_is_left_alone() -> None:
    with repeatable(torch.device("cuda", 0)):
        assert torch.are_deterministic_algorithms_enabled()
        assert torch.is_deterministic_algorithms_warn_only_enabled()
    assert not torch.are_deterministic_algorithms_enabled()
    with repeatable(torch.device("cpu")):
        assert not torch.are_deterministic_algorithms_enabled()
