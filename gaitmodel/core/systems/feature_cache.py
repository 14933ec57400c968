"""Frozen features, computed once: one safetensors file per content key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from gaitmodel.core.store import atomic_path


def content_key(**facts: object) -> str:
    """SHA-256 over everything that the features depend on, named."""
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class FeatureCache:
    """A folder of features; ``root=None`` computes anew each time (``--no-cache``)."""

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
        if path.exists():
            try:
                return load_file(path)["value"]
            except SafetensorError:
                path.unlink()  # a file that a full disk cut short is computed again
        value = compute().contiguous()
        with atomic_path(path) as part:
            save_file({"value": value}, part)
        return value
