"""The loop learns, resumes to the same weights, and says what goes wrong."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from gaitmodel.core.config import TrainConfig
from gaitmodel.core.errors import CancelledError, GaitError, TransientError
from gaitmodel.core.training import loop
from gaitmodel.core.training.curves import EpochReport
from gaitmodel.core.training.dataset import Examples
from gaitmodel.core.training.loop import train


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(4, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.drop(x))


def examples(n: int, seed: int) -> Examples:
    torch.manual_seed(seed)
    labels = torch.arange(n) % 3
    x = torch.randn(n, 4) + 2 * nn.functional.one_hot(labels, 4)
    names = tuple(f"{seed}-{i}" for i in range(n))
    return Examples({"x": x}, labels, names, names)


CONFIG = TrainConfig(epochs=6, learning_rate=0.05, seed=3)


def run(folder: Path, config: TrainConfig = CONFIG, stop_after: int = 0):
    def on_epoch(report: EpochReport) -> None:
        if report.epoch == stop_after:
            raise CancelledError("killed here")

    return train(Small, examples(24, 0), examples(12, 1), config, folder, on_epoch)


def test_it_learns_what_can_be_learnt(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.curve[-1].train_loss < result.curve[0].train_loss
    assert (result.best_val_macro_f1 or 0) > 0.8


def test_a_killed_run_resumes_to_the_weights_of_an_unbroken_one(
    tmp_path: Path,
) -> None:
    whole = run(tmp_path / "whole")
    with pytest.raises(CancelledError):
        run(tmp_path / "broken", stop_after=2)
    resumed = run(tmp_path / "broken")
    assert resumed.curve == whole.curve
    one = load_file(tmp_path / "whole" / "model.safetensors")
    other = load_file(tmp_path / "broken" / "model.safetensors")
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_kept_epoch_is_the_best_on_validation(tmp_path: Path) -> None:
    result = run(tmp_path)
    scores = [r.val_macro_f1 for r in result.curve]
    assert scores[result.best_epoch - 1] == max(scores)  # type: ignore[type-var]


def test_without_validation_subjects_the_last_epoch_is_kept(tmp_path: Path) -> None:
    result = train(Small, examples(9, 0), None, CONFIG, tmp_path, lambda r: None)
    assert (result.best_epoch, result.best_val_macro_f1) == (CONFIG.epochs, None)


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_weights(
    tmp_path: Path,
) -> None:
    run(tmp_path, TrainConfig(epochs=1, seed=3))
    before = (tmp_path / "model.safetensors").read_bytes()
    broken = examples(24, 0)
    broken.inputs["x"][5] = float("nan")
    with pytest.raises(GaitError, match="not a number"):
        train(Small, broken, None, CONFIG, tmp_path, lambda r: None)
    assert (tmp_path / "model.safetensors").read_bytes() == before


def test_an_infinite_loss_is_no_number_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = loop.weighted_cross_entropy
    monkeypatch.setattr(
        loop, "weighted_cross_entropy", lambda *given: own(*given) + float("inf")
    )
    with pytest.raises(GaitError, match="the loss is inf, not a number"):
        run(tmp_path)


@pytest.mark.parametrize("judged", [examples(12, 1), None])
def test_weights_that_the_last_step_of_an_epoch_ruined_are_never_kept(
    tmp_path: Path, judged: Examples | None
) -> None:
    class Ruined(Small):
        batches = 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            logits = super().forward(x)
            Ruined.batches += self.training
            if self.training and Ruined.batches == 24:  # the last of two epochs
                logits.register_hook(lambda gradient: gradient * torch.nan)
            return logits

    with pytest.raises(GaitError, match="epoch 2: .* not a number"):
        train(Ruined, examples(24, 0), judged, CONFIG, tmp_path, lambda r: None)
    assert load_file(tmp_path / "model.safetensors")["head.weight"].isfinite().all()


def test_a_validation_loss_that_is_no_number_chooses_no_epoch(tmp_path: Path) -> None:
    judged = examples(12, 1)
    judged.inputs["x"][5] = float("inf")
    with pytest.raises(GaitError, match="the validation loss is nan, not a number"):
        train(Small, examples(24, 0), judged, CONFIG, tmp_path, lambda r: None)
    assert not (tmp_path / "model.safetensors").exists()


@pytest.mark.parametrize("place", [0, 40, 500, -200])
def test_a_running_state_of_which_one_byte_is_wrong_is_named(
    tmp_path: Path, place: int
) -> None:
    run(tmp_path, TrainConfig(epochs=1, seed=3))
    stored = bytearray((tmp_path / "resume.pt").read_bytes())
    stored[place] ^= 1
    (tmp_path / "resume.pt").write_bytes(stored)
    with pytest.raises(GaitError, match=r"resume\.pt.* is corrupt"):
        run(tmp_path)


def test_the_curve_is_written_for_people_and_for_programs(tmp_path: Path) -> None:
    run(tmp_path)
    lines = (tmp_path / "curves.csv").read_text().splitlines()
    assert lines[0] == "epoch,train_loss,val_loss,val_macro_f1"
    assert len(lines) == 1 + CONFIG.epochs
    drawn = ElementTree.fromstring((tmp_path / "curves.svg").read_text())
    lines_drawn = drawn.findall("{http://www.w3.org/2000/svg}polyline")
    counts = [len(line.get("points", "").split()) for line in lines_drawn]
    assert counts == [CONFIG.epochs] * 3


def test_it_stops_early_only_if_it_is_told_to(tmp_path: Path) -> None:
    def epochs_of(patience: int) -> int:
        config = TrainConfig(epochs=40, learning_rate=0.5, seed=3, patience=patience)
        folder = tmp_path / str(patience)
        result = train(
            Small, examples(30, 0), examples(12, 1), config, folder, lambda r: None
        )
        return len(result.curve)

    assert epochs_of(0) == 40
    assert epochs_of(3) < 40


def test_a_run_killed_after_it_stopped_early_has_ended(tmp_path: Path) -> None:
    config = TrainConfig(epochs=40, learning_rate=0.5, seed=3, patience=3)
    whole = run(tmp_path, config)
    assert run(tmp_path, config) == whole


def test_out_of_memory_says_what_to_lower_and_keeps_the_last_good_weights(
    tmp_path: Path,
) -> None:
    class Hungry(Small):
        calls = 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            Hungry.calls += self.training
            if Hungry.calls > 20:
                raise torch.OutOfMemoryError
            return super().forward(x)

    with pytest.raises(TransientError, match="out of memory; lower --batch-size"):
        train(
            Hungry, examples(30, 0), examples(12, 1), CONFIG, tmp_path, lambda r: None
        )
    assert load_file(tmp_path / "model.safetensors")["head.weight"].isfinite().all()
