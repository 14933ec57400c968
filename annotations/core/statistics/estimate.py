"""A statistic that cannot be estimated is still a result: a reason, never a NaN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class NotEstimable(Exception):  # noqa: N818  a result, not an error
    """Why a statistic has no value on these data."""


class Reasons:
    """Collects why results are missing, by their path in the report."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def take(self, path: str, compute: Callable[[], Any]) -> Any:
        """The result, or ``None`` with its reason recorded under ``path``."""
        try:
            return compute()
        except NotEstimable as reason:
            self.found[path] = str(reason)
            return None
