"""Attention over a prefix that all rows of a batch share, stored once.

Otherwise sixteen clips under one instruction would each hold its keys and values, and
every new token would read them sixteen times. Here one product multiplies the queries
of all rows with the prefix, and another with each row's own states (Juravsky et al.
2024, "Hydragen", section 3). The two results are weighted by their softmax sums, which
gives the result of ordinary attention.
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
        """Both as one tensor (B, H, P + R, d), with a copy of the prefix per row."""
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
    """Attention over split states in two parts, over ordinary ones by ``sdpa``.

    Where a graphics card reads many new tokens per row, split states are joined and go
    to ``sdpa`` too. A single whole row has no padding: its mask is taken to be causal
    and ignored. ``query`` (B, Hq, L, d), mask (B, 1, L, P + R) bool; returns
    (B, L, Hq, d).
    """
    if isinstance(key, SplitStates) and isinstance(value, SplitStates):
        if query.shape[2] == 1 or is_flash(query):
            scale = query.shape[3] ** -0.5 if scaling is None else scaling
            return _in_two_parts(query, key, value, attention_mask, scale), None
        key, value = key.joined(), value.joined()
    answer: tuple[Tensor, None] = sdpa_attention_forward(
        module, query, key, value, attention_mask, scaling=scaling, **options
    )
    return answer


def _in_two_parts(
    query: Tensor,
    key: SplitStates,
    value: SplitStates,
    mask: Tensor | None,
    scale: float,
) -> Tensor:
    """The prefix for all rows at once, then each row's own states: (B, L, Hq, d)."""
    rows, n_query, length, width = query.shape
    heads = key.prefix.shape[1]
    grouped = query.reshape(rows, heads, -1, width)  # (B, H, G L, d)
    together = grouped.transpose(0, 1).reshape(1, heads, -1, width)
    before, of_before = _read(together, key.prefix, value.prefix, scale)
    before = before.view(heads, *grouped.shape[::2], width).transpose(0, 1)
    of_before = of_before.view(heads, *grouped.shape[::2]).transpose(0, 1)
    group = n_query // heads
    if rows > 1 or length < key.rest.shape[2]:
        own_mask = None
        if mask is not None:
            own_mask = mask[..., key.prefix.shape[2] :]
            if length > 1:  # the same for each head of the group
                own_mask = own_mask.repeat(1, 1, group, 1)
        own, of_own = _read(grouped, key.rest, value.rest, scale, own_mask)
    else:
        keys, values = (s.rest.repeat_interleave(group, dim=1) for s in (key, value))
        own, of_own = _read(query, keys, values, scale, is_causal=True)
    share = (of_own.reshape(of_before.shape) - of_before).sigmoid()[..., None]
    merged = before.lerp(own.reshape(before.shape), share.to(before.dtype))
    return merged.reshape(rows, n_query, length, width).transpose(1, 2)


def is_flash(states: Tensor) -> bool:
    """Whether PyTorch's kernel returns the logarithm of the softmax sum here."""
    return states.device.type == "cpu"


def _read(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float,
    mask: Tensor | None = None,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor]:
    """Attention (B, H, L, d) and the logarithm of its softmax sum (B, H, L) float32.

    ``mask`` (B, 1, L or 1, n) bool. Only the CPU kernel supports ``is_causal``.
    """
    if is_flash(query):
        added = None
        if mask is not None:
            added = torch.zeros_like(mask, dtype=query.dtype)
            added.masked_fill_(~mask, -torch.inf)
            added = added.expand(-1, -1, query.shape[2], -1)
        read: tuple[Tensor, Tensor] = (
            torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
                query, key, value, 0.0, is_causal, attn_mask=added, scale=scale
            )
        )
        return read
    scores = scale * _products(query, key)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    of_sum = scores.logsumexp(dim=-1)
    weights = (scores - of_sum[..., None]).exp()
    return weights.to(value.dtype) @ value, of_sum


def _products(query: Tensor, key: Tensor) -> Tensor:
    """Products of queries and keys, (B, H, L, n) in float32: half precision would round
    them before they become exponents.
    """
    if query.device.type == "cuda" and query.dtype in (torch.bfloat16, torch.float16):
        heads = query.shape[:2]
        keys = key.expand(*heads, *key.shape[2:]).flatten(0, 1).transpose(1, 2)
        flat: Tensor = torch.bmm(query.flatten(0, 1), keys, out_dtype=torch.float32)
        products: Tensor = flat.unflatten(0, heads)
    else:
        products = query.float() @ key.float().transpose(-1, -2)
    return products


AttentionInterface.register(NAME, shared_prefix_attention)
AttentionMaskInterface.register(NAME, sdpa_mask)
