"""Sample a draft's tokens deterministically from its seed and prompt.

Adding Gumbel noise to the logits and taking the largest samples from the softmax
(Maddison, Tarlow & Minka 2014). A row's noise comes from the draft's seed, the row's
prompt and its position in the text, so a Run that is resumed, or batched differently,
draws the same drafts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import torch
from torch import Tensor
from transformers import LogitsProcessor, TopPLogitsWarper

TOP_P = 0.95  # nucleus sampling: probability mass of the tokens drawn from


@dataclass(frozen=True)
class Drawn:
    """Sampling instead of the greedy choice, from a seed of its own."""

    temperature: float
    seed: int


def row_keys(ids: Tensor, mask: Tensor) -> list[bytes]:
    """A digest of each row's tokens (B, L), independent of its padding."""
    rows = zip(ids.tolist(), mask.bool().tolist(), strict=True)
    seen = [[token for token, on in zip(*row, strict=True) if on] for row in rows]
    return [sha256(repr(tokens).encode()).digest() for tokens in seen]


class RowDraws(LogitsProcessor):  # type: ignore[misc]
    """Turns the greedy choice after ``start`` into a draw; ``keys`` in row order."""

    def __init__(self, drawn: Drawn, keys: Sequence[bytes], start: int) -> None:
        self.drawn, self.keys, self.start = drawn, keys, start
        self.likely = TopPLogitsWarper(TOP_P)

    def of_rows(self, rows: Sequence[int]) -> RowDraws:
        return RowDraws(self.drawn, [self.keys[row] for row in rows], self.start)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        likely = self.likely(input_ids, scores / self.drawn.temperature)
        place = f":{self.drawn.seed}:{input_ids.shape[1] - self.start}".encode()
        source = torch.Generator(scores.device)
        waits = torch.empty_like(scores)  # exponential; -log of it is Gumbel noise
        for row, key in enumerate(self.keys):
            source.manual_seed(int.from_bytes(sha256(key + place).digest()[:7]))
            waits[row].exponential_(generator=source)
        drawn: Tensor = likely - waits.log()
        return drawn
