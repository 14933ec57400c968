"""Check that a worker's CUDA device is present and computes."""

from __future__ import annotations

import time

import torch

from gaitmodel.core.errors import InputError


def device_name() -> str:
    """The device's name.

    Raises
    ------
    InputError
        If torch sees none.
    """
    if not torch.cuda.is_available():
        raise InputError("torch sees no CUDA device on this worker")
    return str(torch.cuda.get_device_name())


def keep_busy(seconds: float) -> None:
    """Multiply matrices for this long."""
    until = time.monotonic() + seconds
    square = torch.rand(2048, 2048, device="cuda")
    while time.monotonic() < until:
        square = (square @ square).clamp(0, 1)
        torch.cuda.synchronize()
