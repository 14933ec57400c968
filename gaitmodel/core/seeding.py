"""What makes a training repeatable: its own random numbers, and sums in one order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

# Read by cuBLAS when a process first multiplies on a card: with this its sums have one
# order (NVIDIA, cuBLAS library, "Results reproducibility").
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


@contextmanager
def drawing_from(seed: int) -> Iterator[None]:
    """Inside the block torch draws from ``seed``; the caller's stream is untouched.

    Of several graphics cards only this process's own is asked for its stream: asking
    starts a card, and one process of eight would start all eight.
    """
    cards = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    with torch.random.fork_rng(cards, device_type="cuda"):
        torch.manual_seed(seed)
        yield


@contextmanager
def repeatable(device: torch.device) -> Iterator[None]:
    """Inside the block a graphics card adds in one order, so that a step can be repeated
    bit for bit.

    Where torch has no such kernel (the pooling of films in three dimensions) it warns.
    On the processor nothing changes: its sums have one order already.
    """
    if device.type == "cpu":
        yield
        return
    enabled = torch.are_deterministic_algorithms_enabled()
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic
    fills = memory.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True, warn_only=True)
    memory.fill_uninitialized_memory = False  # it costs, and nothing reads it
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(enabled, warn_only=warns)
        memory.fill_uninitialized_memory = fills
