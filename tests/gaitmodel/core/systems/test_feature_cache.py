"""A feature is computed once, and one that was spoilt is computed again."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from gaitmodel.core.systems.feature_cache import FeatureCache, content_key

KEY = content_key(film="a", frames=[0, 4])


def refused() -> Tensor:
    raise AssertionError("it was computed twice")


@pytest.fixture
def cache(tmp_path: Path) -> FeatureCache:
    made = FeatureCache(tmp_path)
    made.get(KEY, lambda: torch.arange(6.0).view(2, 3))
    return made


def only_file(cache: FeatureCache) -> Path:
    (path,) = (cache.root or Path()).rglob("*.safetensors")
    return path


def test_it_is_computed_once_and_read_by_any_program(cache: FeatureCache) -> None:
    assert torch.equal(cache.get(KEY, refused), torch.arange(6.0).view(2, 3))
    assert torch.equal(load_file(only_file(cache))["value"], cache.get(KEY, refused))


@pytest.mark.parametrize("place", [3, 20, -24, -1])
def test_one_wrong_bit_anywhere_has_it_computed_again(
    cache: FeatureCache, place: int
) -> None:
    stored = bytearray(only_file(cache).read_bytes())
    stored[place] ^= 0x40
    only_file(cache).write_bytes(stored)
    assert torch.equal(cache.get(KEY, lambda: torch.ones(3)), torch.ones(3))
    assert torch.equal(cache.get(KEY, refused), torch.ones(3))


@pytest.mark.parametrize("left", [b"", b"cut short"])
def test_a_file_that_a_full_disk_cut_short_is_computed_again(
    cache: FeatureCache, left: bytes
) -> None:
    only_file(cache).write_bytes(left)
    assert torch.equal(cache.get(KEY, lambda: torch.ones(3)), torch.ones(3))


def test_a_spoilt_file_that_another_process_mends_meanwhile_stops_neither(
    cache: FeatureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_file(cache).write_bytes(b"cut short")
    known = Path.exists

    def seen_then_taken_away(path: Path) -> bool:
        there = known(path)
        if path.suffix == ".safetensors":
            path.unlink(missing_ok=True)
        return there

    monkeypatch.setattr(Path, "exists", seen_then_taken_away)
    assert torch.equal(cache.get(KEY, lambda: torch.ones(3)), torch.ones(3))


def test_features_of_earlier_versions_are_read_as_they_are(
    cache: FeatureCache,
) -> None:
    save_file({"value": torch.ones(2)}, only_file(cache))
    assert torch.equal(cache.get(KEY, refused), torch.ones(2))
