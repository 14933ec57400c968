"""Drawing from a seed of its own, so that nothing depends on what was drawn before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def drawing_from(seed: int) -> Iterator[None]:
    """Inside the block torch draws from ``seed``; the caller's stream is untouched."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
