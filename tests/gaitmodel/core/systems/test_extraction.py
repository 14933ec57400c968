"""Extraction: the same bits from one process, a decoding pool, or torchrun."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gaitmodel.core.config import FusionConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.extraction import extract
from gaitmodel.core.systems.fused import FusedFeatures
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import clip_input, film
from tests.gaitmodel.core.launched import launched


def variants(place: Workplace, views: int = 1) -> list[FusedFeatures]:
    config = FusionConfig(frames=4, views=views)
    backbone = place.backbone("tiny")
    return [FusedFeatures(backbone, config, place.features(), b) for b in (True, False)]


def stored(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cache.rglob("*.safetensors")}


def quiet(done: int, total: int) -> None:
    assert 0 < done <= total


def test_it_fills_the_cache_with_what_a_training_reads(
    workplace: Workplace, tmp_path: Path
) -> None:
    clips = [clip_input(tmp_path, f"c{i}", seed=i) for i in range(3)]
    done = extract(variants(workplace, views=2), clips, 0, quiet)
    assert (done.clips, done.new) == (3, 6)
    before = stored(workplace.cache)
    for variant in variants(workplace, views=2):
        for view in (0, 1):
            variant.inputs(clips[0], view)
    assert stored(workplace.cache) == before
    plain = Workplace(workplace.backbones, workplace.checkpoints, None)
    expected = variants(plain, views=2)[0].inputs(clips[2], 1)
    read = variants(workplace, views=2)[0].inputs(clips[2], 1)
    assert all(torch.equal(read[name], expected[name]) for name in read)


def test_a_killed_extraction_goes_on_where_it_stopped(
    workplace: Workplace, tmp_path: Path
) -> None:
    clips = [clip_input(tmp_path, f"c{i}", seed=i) for i in range(3)]
    extract(variants(workplace), clips[:2], 0, quiet)
    assert extract(variants(workplace), clips, 0, quiet).new == 1


def test_nothing_to_extract_with_is_refused() -> None:
    with pytest.raises(InputError, match="frozen features"):
        extract([], [], 0, quiet)


@pytest.mark.slow
def test_one_process_a_pool_and_torchrun_give_the_same_bits(
    backbones: Path, workplace: Workplace, tmp_path: Path
) -> None:
    workplace.backbone("tiny")
    films = tmp_path / "films"
    films.mkdir()
    for i in range(4):
        film(films / f"walk-{i}.mp4", seed=i)
    module = "tests.gaitmodel.core.systems.extract_shards"
    for processes, name in ((1, "one"), (2, "two")):
        said = launched(module, backbones, films, tmp_path / name, processes=processes)
        shares = ["4 clips"] if name == "one" else ["2 clips", "2 clips"]
        assert said.splitlines() == shares
    one, two = stored(tmp_path / "one"), stored(tmp_path / "two")
    assert len(one) == 8
    assert one == two
