"""Drafts are drawn as transformers draws: same shares, each row by itself."""

from __future__ import annotations

import torch
from scipy.stats import chisquare
from transformers import TemperatureLogitsWarper, TopPLogitsWarper

from gaitmodel.core.decoding.draws import TOP_P, Drawn, RowDraws, row_keys

DRAWS = 4000


def test_tokens_come_as_often_as_transformers_own_sampling_would_have_them() -> None:
    logits = torch.tensor([[2.0, 1.5, 1.0, 0.0, -1.0, -6.0]])
    ids = torch.zeros(1, 3, dtype=torch.long)
    warped = TopPLogitsWarper(TOP_P)(ids, TemperatureLogitsWarper(0.8)(ids, logits))
    shares = warped.softmax(dim=-1)[0]
    taken = torch.stack([
        RowDraws(Drawn(0.8, seed), [b"walk"], 3)(ids, logits).argmax(dim=-1)
        for seed in range(DRAWS)
    ])  # fmt: skip
    counts = torch.bincount(taken[:, 0], minlength=6)
    possible = shares > 0
    assert not counts[~possible].any()
    assert possible.sum() < 6  # or top-p was not tried
    expected = shares[possible].double() / shares[possible].double().sum() * DRAWS
    assert chisquare(counts[possible], expected).pvalue > 0.001


def test_each_place_of_a_text_is_drawn_anew() -> None:
    logits = torch.zeros(1, 50)
    draws = RowDraws(Drawn(1.0, 1), [b"walk"], 3)
    taken = [
        int(draws(torch.zeros(1, 3 + step, dtype=torch.long), logits).argmax())
        for step in range(40)
    ]
    assert len(set(taken)) > 20


def test_a_rows_key_does_not_hang_on_its_padding() -> None:
    ids = torch.tensor([[0, 0, 5, 6], [9, 5, 6, 0]])
    mask = torch.tensor([[0, 0, 1, 1], [0, 1, 1, 0]])
    first, second = row_keys(ids, mask)
    assert first == second != row_keys(ids, torch.ones_like(ids))[0]
