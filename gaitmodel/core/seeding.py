"""Reproducible training: its own random stream, and sums in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

# Read by cuBLAS at a process's first product on a card: it makes the order of its sums
# fixed (NVIDIA, cuBLAS library, "Results reproducibility").
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


@contextmanager
def drawing_from(seed: int) -> Iterator[None]:
    """Within the block torch draws from ``seed``; the caller's stream is untouched.

    Only this process's own graphics card has its state saved: querying a card
    initialises it, and one process of eight would initialise all eight.
    """
    cards = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    with torch.random.fork_rng(cards, device_type="cuda"):
        torch.manual_seed(seed)
        yield


@contextmanager
def repeatable(device: torch.device) -> Iterator[None]:
    """Within the block, steps on a graphics card are deterministic, bit for bit.

    Where torch has no deterministic kernel (3-D pooling of films) it warns. Nothing
    changes on the CPU, whose sums already have a fixed order.
    """
    if device.type == "cpu":
        yield
        return
    enabled = torch.are_deterministic_algorithms_enabled()
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic
    fills = memory.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True, warn_only=True)
    memory.fill_uninitialized_memory = False  # costly, and nothing reads it
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(enabled, warn_only=warns)
        memory.fill_uninitialized_memory = fills
