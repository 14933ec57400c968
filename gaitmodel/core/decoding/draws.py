"""Drawing a draft's words, so that they depend on its prompt and on nothing else.

A token is drawn by adding Gumbel noise to its logit and taking the largest (Maddison,
Tarlow & Minka 2014), which is sampling from the softmax. The noise of a row comes from
the draft's seed, the row's own prompt and how far it has been written: a Run that is
resumed, or has other batches, draws the same drafts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import torch
from torch import Tensor
from transformers import LogitsProcessor, TopPLogitsWarper

TOP_P = 0.95  # drafts are drawn from the likeliest tokens that hold so much


@dataclass(frozen=True)
class Drawn:
    """Sampling instead of the greedy choice, from a seed of its own."""

    temperature: float
    seed: int


def row_keys(ids: Tensor, mask: Tensor) -> list[bytes]:
    """What each row of tokens (B, L) is told apart by, wherever its padding ends."""
    rows = zip(ids.tolist(), mask.bool().tolist(), strict=True)
    seen = [[token for token, on in zip(*row, strict=True) if on] for row in rows]
    return [sha256(repr(tokens).encode()).digest() for tokens in seen]


class RowDraws(LogitsProcessor):  # type: ignore[misc]
    """Turns the greedy choice behind ``start`` into a draw; ``keys`` as the rows stand."""

    def __init__(self, drawn: Drawn, keys: Sequence[bytes], start: int) -> None:
        self.drawn, self.keys, self.start = drawn, keys, start
        self.likely = TopPLogitsWarper(TOP_P)

    def of_rows(self, rows: Sequence[int]) -> RowDraws:
        return RowDraws(self.drawn, [self.keys[row] for row in rows], self.start)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        likely = self.likely(input_ids, scores / self.drawn.temperature)
        place = f":{self.drawn.seed}:{input_ids.shape[1] - self.start}".encode()
        source = torch.Generator(scores.device)
        waits = torch.empty_like(scores)  # minus the log of a wait is Gumbel noise
        for row, key in enumerate(self.keys):
            source.manual_seed(int.from_bytes(sha256(key + place).digest()[:7]))
            waits[row].exponential_(generator=source)
        drawn: Tensor = likely - waits.log()
        return drawn
