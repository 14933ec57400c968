"""A key-value cache that is allocated once for a whole text and then filled in place.

transformers' ``DynamicCache`` copies every layer into a longer tensor at every token.
After a prompt of a thousand tokens that copying, not the model, takes most of a batch's
time on a CPU. The prefix shared by all rows is held once (``shared_prefix.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from transformers import DynamicCache, PretrainedConfig
from transformers.cache_utils import DynamicLayer

from gaitmodel.core.decoding.shared_prefix import SplitStates

States = tuple[Tensor, Tensor]  # keys and values of one layer, (B, H, L, d)


class RoomyLayer(DynamicLayer):  # type: ignore[misc]
    """One layer's keys and values: the filled part of preallocated buffers.

    ``prefix`` holds the preceding states that all rows share, (1, H, P, d).
    """

    def __init__(self, buffers: States, filled: int, prefix: States | None) -> None:
        super().__init__()
        self.lazy_initialization(*buffers)
        self.buffers, self.prefix = buffers, prefix
        self._fill(filled)

    def _fill(self, length: int) -> None:
        self.keys, self.values = (part[..., :length, :] for part in self.buffers)

    def get_seq_length(self) -> int:
        """The number of tokens read, the prefix included."""
        before = self.prefix[0].shape[-2] if self.prefix else 0
        return before + int(self.keys.shape[-2])

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: object, **kwargs: object
    ) -> tuple[Tensor | SplitStates, Tensor | SplitStates]:
        """Write the new states after the old ones; returns the filled part.

        Raises RuntimeError if the buffers have no room left.
        """
        start = self.keys.shape[-2]
        end = start + key_states.shape[-2]
        # A full buffer would silently drop a single token.
        if end > (room := self.buffers[0].shape[-2]):
            raise RuntimeError(f"{end} tokens do not fit into room for {room}")
        for buffer, states in zip(
            self.buffers, (key_states, value_states), strict=True
        ):
            buffer[..., start:end, :] = states
        self._fill(end)
        if self.prefix is None:
            return self.keys, self.values
        keys, values = self.prefix
        return SplitStates(keys, self.keys), SplitStates(values, self.values)

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep only these rows (ascending), with their room: moved in place."""
        filled = self.keys.shape[-2]
        kept = indices.tolist()
        for buffer in self.buffers:
            for place, row in enumerate(kept):
                if place != row:
                    buffer[place, :, :filled] = buffer[row, :, :filled]
        self.buffers = (self.buffers[0][: len(kept)], self.buffers[1][: len(kept)])
        self._fill(filled)


def room_for(
    config: PretrainedConfig,
    rows: int,
    length: int,
    dtype: torch.dtype,
    device: torch.device,
) -> list[States]:
    """Buffers of a text model's layers for ``rows`` texts of ``length`` tokens each.

    They start as zeros: unwritten places are masked, but still multiplied.
    """
    heads = config.num_key_value_heads
    width = (
        getattr(config, "head_dim", None)
        or config.hidden_size // config.num_attention_heads
    )
    shape = (rows, heads, length, width)
    return [
        (
            torch.zeros(shape, dtype=dtype, device=device),
            torch.zeros(shape, dtype=dtype, device=device),
        )
        for _ in range(config.num_hidden_layers)
    ]


def cache_of(
    buffers: Sequence[States], filled: int, prefix: DynamicCache | None
) -> DynamicCache:
    """The buffers as a cache, after the prefix (a cache of one row)."""
    before = (
        [(p.keys, p.values) for p in prefix.layers] if prefix else [None] * len(buffers)
    )
    return _of_layers(
        RoomyLayer(states, filled, shared)
        for states, shared in zip(buffers, before, strict=True)
    )


def _of_layers(layers: Iterable[RoomyLayer]) -> DynamicCache:
    cache = DynamicCache()
    cache.layers = list(layers)
    return cache


def cut_out(cache: DynamicCache, rows: Tensor, room: int) -> DynamicCache:
    """A copy of these rows of a roomy cache, with ``room`` for new tokens."""
    return _of_layers(
        RoomyLayer(
            (_with_room(layer.keys[rows], room), _with_room(layer.values[rows], room)),
            layer.keys.shape[-2],
            layer.prefix,
        )
        for layer in cache.layers
    )


def _with_room(states: Tensor, room: int) -> Tensor:
    """States (B, H, L, d) followed by zeros: (B, H, L + room, d)."""
    return nn.functional.pad(states, (0, 0, 0, room))


def all_behind(
    cache: DynamicCache, row: int, padding: int, count: int, room: int
) -> DynamicCache:
    """One row's states as the shared prefix of ``count`` new rows, stored once.

    The first ``padding`` places after the row's own prefix are padding.
    """
    return _of_layers(
        _behind(layer, row, padding, count, room) for layer in cache.layers
    )


def _behind(
    layer: RoomyLayer, row: int, padding: int, count: int, room: int
) -> RoomyLayer:
    keys, values = (s[row : row + 1, :, padding:] for s in (layer.keys, layer.values))
    if layer.prefix:
        keys = SplitStates(layer.prefix[0], keys).joined()
        values = SplitStates(layer.prefix[1], values).joined()
    _, heads, _, width = keys.shape
    empty = (count, heads, room, width)
    return RoomyLayer(
        (keys.new_zeros(empty), values.new_zeros(empty)), 0, (keys, values)
    )
