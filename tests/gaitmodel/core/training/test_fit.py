"""From clips to a checkpoint folder and back to predictions."""

from __future__ import annotations

import dataclasses
import errno
import json
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from gaitmodel.core.config import (
    FusionConfig,
    FusionOrder,
    GenerationConfig,
    TrainConfig,
)
from gaitmodel.core.errors import GaitError, InputError, WeightsError
from gaitmodel.core.systems.feature_cache import FeatureCache
from gaitmodel.core.systems.fused import FusedFeatures
from gaitmodel.core.training.fit import fit_system
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.core.training.workplace import Workplace
from gaitmodel.management.commands.train_biogait import Command, _request
from tests.gaitmodel.core.fakes import labelled_clips

FUSION = FusionConfig(frames=4)
REQUEST = TrainRequest(
    "biogait_full", "tiny", TrainConfig(epochs=2, learning_rate=1e-3), FUSION
)


def clock() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def quiet(progress: float, stage: str) -> None:
    assert 0 <= progress <= 1


def fit(workplace: Workplace, folder: Path, request: TrainRequest = REQUEST) -> Path:
    clips = labelled_clips(folder, 6)
    return fit_system(request, clips[:4], clips[4:], workplace, quiet, clock)


def test_a_checkpoint_says_how_it_came_about(
    workplace: Workplace, tmp_path: Path
) -> None:
    meta = json.loads((fit(workplace, tmp_path) / "meta.json").read_text())
    assert meta["system"] == "biogait_full"
    assert meta["fusion"]["fusion_order"] == "text_first"
    assert (meta["train_clips"], meta["val_clips"]) == (4, 2)
    assert meta["versions"]["torch"]


def test_the_same_request_on_the_same_clips_is_not_trained_again(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = fit(workplace, tmp_path)
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert fit(workplace, tmp_path) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == written


def test_a_fitted_system_predicts_a_distribution(
    workplace: Workplace, tmp_path: Path
) -> None:
    fit(workplace, tmp_path)
    system = workplace.answering("biogait_full", "tiny", FUSION, GenerationConfig())
    clips = [clip.given for clip in labelled_clips(tmp_path, 2)]
    for prediction in system.predict(clips, lambda done, total: None):
        assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-5)


def test_a_subject_in_both_sets_is_refused(
    workplace: Workplace, tmp_path: Path
) -> None:
    clips = labelled_clips(tmp_path, 3)
    with pytest.raises(InputError, match="subject-0"):
        fit_system(REQUEST, clips, clips[:1], workplace, quiet, clock)


def test_a_system_without_a_finished_training_says_what_to_run(
    workplace: Workplace,
) -> None:
    with pytest.raises(WeightsError, match="train_biogait --system biogait_no_ted"):
        workplace.answering("biogait_no_ted", "tiny", FUSION, GenerationConfig())


def test_each_fusion_order_has_a_checkpoint_of_its_own(
    workplace: Workplace, tmp_path: Path
) -> None:
    literal = TrainRequest(
        "biogait_full",
        "tiny",
        REQUEST.training,
        FusionConfig(frames=4, fusion_order=FusionOrder.VISUAL_FIRST),
    )
    assert fit(workplace, tmp_path) != fit(workplace, tmp_path, literal)


def test_a_clip_that_cannot_be_read_stops_with_its_name_or_is_listed(
    workplace: Workplace, tmp_path: Path
) -> None:
    clips = labelled_clips(tmp_path, 7)
    clips[1].given.seen().path.write_bytes(b"no film")
    with pytest.raises(InputError, match="'walk-1' cannot be read.*--skip-failed"):
        fit_system(REQUEST, clips[:5], clips[5:], workplace, quiet, clock)
    lenient = dataclasses.replace(REQUEST, skip_failed=True)
    folder = fit_system(lenient, clips[:5], clips[5:], workplace, quiet, clock)
    meta = json.loads((folder / "meta.json").read_text())
    assert list(meta["skipped"]) == ["walk-1"]
    assert meta["train_clips"] == 4
    assert meta["command"].endswith("--skip-failed")


def test_the_stored_command_repeats_the_training(
    workplace: Workplace, tmp_path: Path
) -> None:
    request = dataclasses.replace(REQUEST, max_clips=9)
    folder = fit(workplace, tmp_path, request)
    words = shlex.split(json.loads((folder / "meta.json").read_text())["command"])
    assert words[:2] == ["manage.py", "train_biogait"]
    parser = Command().create_parser("manage.py", "train_biogait")
    options = vars(parser.parse_args(words[2:]))
    again = _request(options)
    assert (again.system, again.backbone) == ("biogait_full", "tiny")
    assert again.training == REQUEST.training
    assert again.max_clips == 9


def test_the_time_left_is_shown(workplace: Workplace, tmp_path: Path) -> None:
    stages = []
    times = (datetime(2026, 1, 1, 0, 0, 30 * i, tzinfo=UTC) for i in (0, 1))
    clips = labelled_clips(tmp_path, 6)
    request = dataclasses.replace(
        REQUEST, training=TrainConfig(epochs=2, learning_rate=1e-3)
    )
    fit_system(
        request,
        clips[:4],
        clips[4:],
        workplace,
        lambda share, stage: stages.append(stage),
        lambda: next(times, clock()),
    )
    first = next(stage for stage in stages if stage.startswith("epoch 1/2"))
    assert first.endswith("30 s left")


@pytest.mark.parametrize("system", ["biogait_full", "biogait_no_ted", "biogait_plus"])
@pytest.mark.parametrize("views", [1, 3])
def test_training_from_the_cache_loses_not_a_bit(
    workplace: Workplace, tmp_path: Path, system: str, views: int
) -> None:
    request = TrainRequest(
        system,
        "tiny",
        TrainConfig(epochs=2, learning_rate=1e-3, seed=5),
        FusionConfig(frames=4, views=views),
    )
    uncached = Workplace(workplace.backbones, tmp_path / "full price", None)
    clips = labelled_clips(tmp_path, 6)
    curves, weights = [], []
    for place, cached in ((workplace, True), (uncached, False)):
        asked = dataclasses.replace(request, cached=cached)
        folder = fit_system(asked, clips[:4], clips[4:], place, quiet, clock)
        curves.append((folder / "curves.csv").read_bytes())
        weights.append(load_file(folder / "model.safetensors"))
    assert curves[0] == curves[1]
    for name, value in weights[0].items():
        assert torch.equal(value, weights[1][name])


def test_views_are_refused_by_what_reads_one_alone(
    workplace: Workplace, tmp_path: Path
) -> None:
    request = dataclasses.replace(
        REQUEST, system="tsn", fusion=FusionConfig(frames=4, views=2)
    )
    with pytest.raises(InputError, match="'tsn' reads one sampling.*--views"):
        fit(workplace, tmp_path, request)


def test_no_clip_is_left_out_because_the_disk_is_full(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FeatureCache, "get", full)
    lenient = dataclasses.replace(REQUEST, skip_failed=True)
    with pytest.raises(GaitError, match=r"^clip .*No space left on device"):
        fit(workplace, tmp_path, lenient)


def test_a_full_price_training_runs_the_backbone_at_every_step(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    real = FusedFeatures.visual
    monkeypatch.setattr(
        FusedFeatures,
        "visual",
        lambda self, clip, view=0: reads.append(clip.clip) or real(self, clip, view),
    )
    uncached = Workplace(workplace.backbones, tmp_path / "checkpoints", None)
    asked = dataclasses.replace(REQUEST, cached=False)
    clips = labelled_clips(tmp_path, 6)
    fit_system(asked, clips[:4], clips[4:], uncached, quiet, clock)
    assert len(reads) == 6 + 2 * 4
