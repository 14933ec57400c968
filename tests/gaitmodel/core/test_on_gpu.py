"""What must also hold on a CUDA device; skipped where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from benchmarks.feature_cache import frozen_seconds, step_seconds
from gaitmodel.core.config import (
    FusionConfig,
    FusionOrder,
    GenerationConfig,
    TrainConfig,
)
from gaitmodel.core.errors import CancelledError
from gaitmodel.core.systems.fused import FusedFeatures
from gaitmodel.core.systems.loading import load_internvl
from gaitmodel.core.training.fit import Report, fit_system
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.core.training.workplace import Fitted, Workplace
from tests.gaitmodel.core.fakes import clip_input, labelled_clips
from tests.gaitmodel.core.training.test_fit import clock, quiet

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
CUDA = torch.device("cuda")


@pytest.fixture
def exact(workplace: Workplace, backbones: Path):  # type: ignore[no-untyped-def]
    """The tiny backbone in float32 on the device."""
    workplace.backbone("tiny")
    return load_internvl(backbones / "tiny", "tiny", CUDA, torch.float32)


def test_features_in_bf16_do_not_depend_on_the_run(
    workplace: Workplace, backbones: Path, tmp_path: Path
) -> None:
    workplace.backbone("tiny")
    clip = clip_input(tmp_path)
    read = []
    for name in ("one", "two"):
        backbone = load_internvl(backbones / "tiny", "tiny", CUDA, torch.bfloat16)
        place = Workplace(backbones, tmp_path, tmp_path / name)
        features = FusedFeatures(backbone, FusionConfig(4), place.features(), True)
        read.append(features.inputs(clip))
    assert all(torch.equal(read[0][name], read[1][name]) for name in read[0])


def test_a_padded_batch_writes_what_its_rows_write_alone(exact) -> None:  # type: ignore[no-untyped-def]
    visual = torch.randn(4, exact.width)
    layouts = [
        exact.lay_out("Judge.", "knee 10 " * n, 4, FusionOrder.TEXT_FIRST)
        for n in (1, 5)
    ]
    together = exact.read([visual] * 2, layouts, 20).write(["1)", "1) a"], 12)
    for text, one, opening in zip(together, layouts, ("1)", "1) a"), strict=True):
        assert exact.read([visual], [one], 20).write([opening], 12) == [text]


def test_a_training_ends_on_the_device_and_is_read_back(
    workplace: Workplace, tmp_path: Path
) -> None:
    clips = labelled_clips(tmp_path, 6)
    for system, backbone in (("biogait_full", "tiny"), ("biogait_plus", "none")):
        request = TrainRequest(system, backbone, TrainConfig(2), FusionConfig(4))
        folder = fit_system(request, clips[:4], clips[4:], workplace, quiet, clock)
        fitted = workplace.answering(
            system, backbone, FusionConfig(4), GenerationConfig(), folder
        )
        assert isinstance(fitted, Fitted)
        assert {p.device.type for p in fitted.network.parameters()} <= {"cuda"}
        given = [clip.given for clip in clips]
        for answer in fitted.predict(given, lambda done, total: None):
            assert sum(answer.probabilities) == pytest.approx(1, abs=1e-3)


def test_a_training_killed_on_the_device_resumes_to_the_weights_of_an_unbroken_one(
    backbones: Path, tmp_path: Path
) -> None:
    clips = labelled_clips(tmp_path, 6)
    request = TrainRequest("biogait_full", "tiny", TrainConfig(4), FusionConfig(4))

    def fit(name: str, report: Report = quiet) -> dict[str, torch.Tensor]:
        place = Workplace(backbones, tmp_path / name, tmp_path / "cache")
        folder = fit_system(request, clips[:4], clips[4:], place, report, clock)
        return load_file(folder / "model.safetensors")

    def killed(progress: float, stage: str) -> None:
        if progress > 0.7:
            raise CancelledError("killed here")

    whole = fit("whole")
    with pytest.raises(CancelledError):
        fit("broken", killed)
    resumed = fit("broken")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


@pytest.mark.slow
def test_the_cache_makes_a_training_fifteen_times_cheaper() -> None:
    forward = sum(frozen_seconds(CUDA))
    step = step_seconds(CUDA, 2, fused=True)
    clips, epochs = 915, 40
    steps = epochs * clips / 2
    rerun = steps * (2 * forward + step)
    cached = clips * forward + steps * step
    assert rerun / cached >= 15
