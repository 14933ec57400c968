"""Prompts for the language model, one by one and as left-padded batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import LogitsProcessor, NoRepeatNGramLogitsProcessor
from transformers.tokenization_utils_base import PreTrainedTokenizerBase


def token_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """The tokens of a piece of a prompt, without special tokens around it."""
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


@dataclass(frozen=True)
class FusedPrompt:
    """A sequence for the language model: token ids and where visual features go."""

    ids: Tensor  # (L,)
    visual: Tensor  # (L,) bool
    shared: int = 0  # leading tokens that all clips of a system have in common


@dataclass(frozen=True)
class PromptBatch:
    """``ids`` and ``mask`` of whole rows (B, L); other fields without the prefix."""

    ids: Tensor
    mask: Tensor
    embedded: Tensor  # (B, L - shared, D)
    positions: Tensor  # (B, L - shared)
    visual: Tensor  # (B, L - shared) bool


def flush_right(
    rows: Sequence[Tensor], prompts: Sequence[FusedPrompt], pad: int, image: int
) -> PromptBatch:
    """A left-padded batch whose padding follows the shared prefix.

    ``rows`` are the embedded prompts (L_i, D), ``image`` the token of visual places.
    """
    shared = min(prompt.shared for prompt in prompts)
    longest = max(len(row) for row in rows)
    size, device = (len(rows), longest), rows[0].device
    ids = torch.full(size, pad, device=device)
    mask = torch.zeros(size, dtype=torch.long, device=device)
    embedded = torch.zeros(
        (*size, rows[0].shape[1]), dtype=rows[0].dtype, device=device
    )
    mask[:, :shared] = 1
    for index, (row, prompt) in enumerate(zip(rows, prompts, strict=True)):
        start = longest - len(row) + shared
        ids[index, :shared] = prompt.ids[:shared]
        ids[index, start:] = prompt.ids[shared:]
        mask[index, start:] = 1
        embedded[index, start:] = row[shared:]
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    visual = (ids == image)[:, shared:]
    return PromptBatch(ids, mask, embedded[:, shared:], positions[:, shared:], visual)


class NoRepeatInNewText(LogitsProcessor):  # type: ignore[misc]
    """Forbids repeated n-grams in the text after ``start``.

    The prompt is exempt: an answer may quote a number from it.
    """

    def __init__(self, length: int, start: int) -> None:
        self.start = start
        self.rule = NoRepeatNGramLogitsProcessor(length)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        kept: Tensor = self.rule(input_ids[:, self.start :], scores)
        return kept
