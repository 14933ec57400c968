"""A simulated graphics card: it computes on the CPU and refuses what a real one would.

A tensor "on" it wraps an ordinary one. Operations among such tensors work; mixing one
with an ordinary tensor, or reading one into numpy, raises as with CUDA. This tests
device placement on machines without a card, not a card's kernels, rounding or speed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import (
    _DummyBackendModule,
    _setup_privateuseone_for_python_backend,
)


class _Card(_DummyBackendModule):
    """torch's interface to a device type; random numbers are the CPU's."""

    def get_rng_state(self, device: int = 0) -> Tensor:
        return torch.get_rng_state()

    def set_rng_state(self, state: Tensor, device: int = 0) -> None:
        torch.set_rng_state(state)


_setup_privateuseone_for_python_backend("card", _Card())
KERNELS = torch.library.Library("aten", "IMPL")
KERNELS.impl("_local_scalar_dense", lambda x: x.held.item(), "PrivateUse1")
CARD = torch.device("card", 0)
CROSSING = ("aten._to_copy", "aten.copy_")  # may copy between devices
INDEXING = ("aten.index", "aten._index_put", "aten._unsafe_index")  # take CPU indices


class OnCard(Tensor):
    """A tensor whose data are in ``held`` (on the CPU) but whose device is the card."""

    held: Tensor

    @staticmethod
    def __new__(cls, held: Tensor) -> OnCard:
        made: OnCard = Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
            cls,
            held.shape,
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=CARD,
        )
        made.held = held
        return made

    def __repr__(self, **_: object) -> str:
        return f"OnCard({self.held!r})"

    def tolist(self) -> Any:
        return self.held.tolist()

    def numpy(self, **_: object) -> Any:
        raise TypeError(f"a tensor on {CARD} must be copied to the host first")

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.held.__reduce_ex__(protocol)

    @classmethod
    def __torch_dispatch__(
        cls, operator: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return _run(operator, args, kwargs or {})


class _Factories(TorchDispatchMode):
    """Intercepts factory functions that create a tensor on the card."""

    def __torch_dispatch__(
        self, operator: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return _run(operator, args, kwargs or {})


@contextmanager
def a_card() -> Iterator[torch.device]:
    """Within the block there is a device "card:0"."""
    before = torch._C._only_lift_cpu_tensors()
    torch._C._set_only_lift_cpu_tensors(True)  # else torch.tensor bypasses the mode
    ordinary = torch.Generator

    def generator(device: torch.device | str = "cpu") -> torch.Generator:
        on_card = torch.device(device).type == CARD.type
        return ordinary("cpu" if on_card else device)

    try:
        with mock.patch.object(torch, "Generator", generator), _Factories():
            yield CARD
    finally:
        torch._C._set_only_lift_cpu_tensors(before)


def _run(operator: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    leaves = [x for x in tree_leaves((args, dict(kwargs))) if isinstance(x, Tensor)]
    on_card = [x for x in leaves if isinstance(x, OnCard)]
    name = str(operator)
    if on_card and not name.startswith(CROSSING):
        _refuse_strangers(name, args, leaves)
    answer = operator(*tree_map(_lowered, args), **tree_map(_lowered, dict(kwargs)))
    if name.startswith("aten.copy_"):
        stays = isinstance(args[0], OnCard)
    elif (target := kwargs.get("device")) is not None:
        stays = torch.device(target).type == CARD.type
    else:
        stays = bool(on_card)
    return _lifted(answer, on_card) if stays else answer


def _lowered(x: Any) -> Any:
    """The corresponding CPU argument."""
    if isinstance(x, torch.device) and x.type == CARD.type:
        return torch.device("cpu")
    return x.held if isinstance(x, OnCard) else x


def _lifted(answer: Any, given: list[OnCard]) -> Any:
    """The result on the card; tensors changed in place keep their identity."""
    held = {id(x.held): x for x in given}

    def lifted(x: Any) -> Any:
        if not isinstance(x, Tensor):
            return x
        return held[id(x)] if id(x) in held else OnCard(x)

    return tree_map(lifted, answer)


def _refuse_strangers(name: str, args: tuple[Any, ...], leaves: list[Tensor]) -> None:
    """Refuse CPU tensors, except 0-d numbers and indices, which torch moves itself."""
    may = set()
    if name.startswith(INDEXING):
        may = {id(x) for x in tree_leaves(args[1]) if isinstance(x, Tensor)}
    for x in leaves:
        if not isinstance(x, OnCard) and x.dim() and id(x) not in may:
            raise RuntimeError(f"{name}: tensors on {CARD} and on {x.device}")
