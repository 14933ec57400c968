"""A key-value cache that is laid out once for a whole text and then filled in place.

transformers' ``DynamicCache`` makes a longer copy of every layer at every token. Behind
a prompt of a thousand tokens that copying, not the model, is most of the time of a
batch on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import DynamicCache, PretrainedConfig
from transformers.cache_utils import DynamicLayer

Buffers = Sequence[tuple[Tensor, Tensor]]  # keys and values of each layer, (B, H, L, d)


class RoomyLayer(DynamicLayer):  # type: ignore[misc]
    """One layer's keys and values: the filled part of buffers with room behind it."""

    def __init__(self, keys: Tensor, values: Tensor, filled: int) -> None:
        super().__init__()
        self.lazy_initialization(keys, values)
        self.buffers = (keys, values)
        self._fill(filled)

    def _fill(self, length: int) -> None:
        self.keys, self.values = (part[..., :length, :] for part in self.buffers)

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: object, **kwargs: object
    ) -> tuple[Tensor, Tensor]:
        """Write the new states behind the old ones; returns all (B, H, filled, d).

        Raises RuntimeError where the buffers have no room left.
        """
        start = self.get_seq_length()
        end = start + key_states.shape[-2]
        for buffer, states in zip(
            self.buffers, (key_states, value_states), strict=True
        ):
            buffer[..., start:end, :] = states
        self._fill(end)
        return self.keys, self.values


def room_for(
    config: PretrainedConfig,
    rows: int,
    length: int,
    dtype: torch.dtype,
    device: torch.device,
) -> Buffers:
    """Buffers of a text model for ``rows`` texts of ``length`` tokens each."""
    heads = config.num_key_value_heads
    width = (
        getattr(config, "head_dim", None)
        or config.hidden_size // config.num_attention_heads
    )
    shape = (rows, heads, length, width)
    return [
        (
            torch.empty(shape, dtype=dtype, device=device),
            torch.empty(shape, dtype=dtype, device=device),
        )
        for _ in range(config.num_hidden_layers)
    ]


def copy_prefix(buffers: Buffers, prefix: DynamicCache) -> None:
    """Let every row begin with what was read once, a cache of one row."""
    for (keys, values), read in zip(buffers, prefix.layers, strict=True):
        keys[..., : read.keys.shape[-2], :] = read.keys
        values[..., : read.values.shape[-2], :] = read.values


def cache_of(buffers: Buffers, rows: slice, filled: int) -> DynamicCache:
    """Those rows of the buffers as a cache whose first ``filled`` places are read."""
    cache = DynamicCache()
    cache.layers = [
        RoomyLayer(keys[rows], values[rows], filled) for keys, values in buffers
    ]
    return cache
