"""Frozen features, computed once: one safetensors file per content key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from gaitmodel.core.store import atomic_path


def content_key(**facts: object) -> str:
    """SHA-256 over everything the features depend on, by name."""
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class FeatureCache:
    """A folder of features; ``root=None`` recomputes each time (``--no-cache``)."""

    root: Path | None

    def holds(self, key: str) -> bool:
        return self.root is not None and self._path(self.root, key).exists()

    @staticmethod
    def _path(root: Path, key: str) -> Path:
        return root / key[:2] / f"{key}.safetensors"

    def get(self, key: str, compute: Callable[[], Tensor]) -> Tensor:
        """The stored tensor of ``key``, or the computed one, stored atomically."""
        if self.root is None:
            return compute()
        path = self._path(self.root, key)
        # A file that has gone missing or is corrupt is computed again.
        with suppress(FileNotFoundError, SafetensorError):
            return _stored(path)
        value = compute().contiguous()
        with atomic_path(path) as part:
            save_file({"value": value}, part, {"sha256": _digest(value)})
        return value


def _stored(path: Path) -> Tensor:
    """The tensor of a file; ``SafetensorError`` if its digest does not match.

    Files of earlier versions carry no digest.
    """
    with safe_open(path, "pt") as file:
        value: Tensor = file.get_tensor("value")
        stated = (file.metadata() or {}).get("sha256")
    if stated and stated != _digest(value):
        raise SafetensorError(f"{path} is corrupt")
    return value


def _digest(value: Tensor) -> str:
    return hashlib.sha256(value.numpy().tobytes()).hexdigest()
