"""Wait for another process, and find free ports."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_S = 60.0
T = TypeVar("T")


def wait_until(
    reached: Callable[[], T | None], what: str, patience_s: float = PATIENCE_S
) -> T:
    """The first truthy result of ``reached``.

    Raises
    ------
    TimeoutError
        After ``patience_s`` without one; names ``what`` was waited for.
    """
    deadline = time.monotonic() + patience_s
    while not (answer := reached()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {patience_s:g} s: {what}")
        time.sleep(0.05)
    return answer


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(port: int) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
