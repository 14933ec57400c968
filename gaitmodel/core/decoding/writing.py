"""Write a batch of texts of different lengths, dropping rows that have finished.

transformers' ``generate`` continues every row, writing padding, until the last one
has ended. Here it is called in rounds: each stops when a quarter of its rows have
ended, and the next continues the others from the same cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import (
    DynamicCache,
    GenerationMixin,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)

from gaitmodel.core.decoding.draws import RowDraws

LEAVING_SHARE = 0.25


class EnoughHaveEnded(StoppingCriteria):  # type: ignore[misc]
    """Stops all rows once ``LEAVING_SHARE`` of them have ``eos`` after ``start``."""

    def __init__(self, start: int, eos: int) -> None:
        self.start, self.eos = start, eos

    def __call__(self, input_ids: Tensor, scores: Tensor, **options: Any) -> Tensor:
        ended = _ended(input_ids[:, self.start :], self.eos)
        enough = ended.float().mean() >= LEAVING_SHARE
        return ended | enough


def _ended(new: Tensor, eos: int) -> Tensor:
    """Which rows of new tokens (B, n) contain ``eos``: (B,) bool."""
    return (new == eos).any(dim=1)


def write(
    model: GenerationMixin,
    ids: Tensor,
    mask: Tensor,
    past: DynamicCache,
    limit: int,
    rules: Sequence[LogitsProcessor],
    draws: RowDraws | None,
    pad: int,
    eos: int,
) -> Tensor:
    """Up to ``limit`` new tokens of each row: (B, limit), padded after its end.

    ``ids`` and ``mask`` (B, L) are the prompts; ``past`` holds at most all but the last
    token, and is consumed. ``rules`` see whole rows, prompt included; then the
    likeliest token is taken, or the one that ``draws`` draws.
    """
    count, start = ids.shape
    written = torch.full((count, limit), pad, dtype=ids.dtype, device=ids.device)
    rows = torch.arange(count, device=ids.device)
    while len(rows):
        last = [draws] if draws else []
        ids = model.generate(
            input_ids=ids,
            attention_mask=mask,
            past_key_values=past,
            max_new_tokens=start + limit - ids.shape[1],
            logits_processor=LogitsProcessorList([*rules, *last]),
            stopping_criteria=StoppingCriteriaList([EnoughHaveEnded(start, eos)]),
            pad_token_id=pad,
            eos_token_id=eos,
            do_sample=False,
        )
        new = ids[:, start:]
        written[rows, : new.shape[1]] = new
        if ids.shape[1] == start + limit:
            break
        going_on = (~_ended(new, eos)).nonzero()[:, 0]
        rows, ids, mask = rows[going_on], ids[going_on], mask[going_on]
        mask = torch.cat(
            [mask, mask.new_ones(len(mask), ids.shape[1] - mask.shape[1])], 1
        )
        past.batch_select_indices(going_on)
        draws = draws.of_rows(going_on.tolist()) if draws else None
    return written
