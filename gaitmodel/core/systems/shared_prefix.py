"""Attention over a prefix that all rows of a batch have in common, kept once.

Sixteen clips under one instruction would each hold its keys and values, and every new
token would read them sixteen times. Here they lie in memory once: a step multiplies the
queries of all rows with them in one product, and with each row's own states in another
(Juravsky et al. 2024, "Hydragen", section 3). The softmax runs over both together, so
the result is that of ordinary attention.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

NAME = "shared_prefix"


@dataclass(frozen=True)
class SplitStates:
    """Keys or values: of the prefix (1, H, P, d), and of each row's rest (B, H, R, d)."""

    prefix: Tensor
    rest: Tensor

    def joined(self) -> Tensor:
        """Both as one tensor (B, H, P + R, d), with a copy of the prefix a row."""
        repeated = self.prefix.expand(len(self.rest), -1, -1, -1)
        return torch.cat([repeated, self.rest], dim=-2)


def shared_prefix_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor | SplitStates,
    value: Tensor | SplitStates,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **options: Any,
) -> tuple[Tensor, None]:
    """``sdpa`` for ordinary states; one new token a row reads split ones in two parts.

    ``query`` (B, Hq, L, d), the mask (B, 1, L, P + R) bool; returns (B, L, Hq, d).
    """
    if isinstance(key, SplitStates) and isinstance(value, SplitStates):
        if query.shape[2] == 1:
            scale = query.shape[-1] ** -0.5 if scaling is None else scaling
            return _one_token(query * scale, key, value, attention_mask), None
        key, value = key.joined(), value.joined()
    answer: tuple[Tensor, None] = sdpa_attention_forward(
        module, query, key, value, attention_mask, scaling=scaling, **options
    )
    return answer


def _one_token(
    query: Tensor, key: SplitStates, value: SplitStates, mask: Tensor | None
) -> Tensor:
    rows, n_query, _, width = query.shape
    heads, length = key.prefix.shape[1:3]
    grouped = query.view(rows, heads, n_query // heads, width)
    in_prefix = _of_all_rows(grouped, key.prefix[0].transpose(-1, -2))
    in_rest = grouped @ key.rest.transpose(-1, -2)  # (B, H, G, R)
    if mask is not None:
        in_rest = in_rest.masked_fill(~mask[..., length:], -torch.inf)
    scores = torch.cat([in_prefix, in_rest], dim=-1)
    weights = scores.softmax(dim=-1, dtype=torch.float32).to(query.dtype)
    read = _of_all_rows(weights[..., :length], value.prefix[0])
    read = read + weights[..., length:] @ value.rest
    return read.reshape(rows, 1, n_query, width)


def _of_all_rows(left: Tensor, right: Tensor) -> Tensor:
    """(B, H, G, n) times one (H, n, m) for all rows, as H products of B G rows."""
    rows, heads, group, _ = left.shape
    product = left.transpose(0, 1).reshape(heads, rows * group, -1) @ right
    return product.view(heads, rows, group, -1).transpose(0, 1)


AttentionInterface.register(NAME, shared_prefix_attention)
AttentionMaskInterface.register(NAME, sdpa_mask)
