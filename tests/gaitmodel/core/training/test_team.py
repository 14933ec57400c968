"""Several processes that train together do what one does."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from gaitmodel.core.errors import InputError
from gaitmodel.core.training.team import Team
from tests.gaitmodel.core.launched import launched

MODULE = "tests.gaitmodel.core.training.train_together"


def curve(folder: Path) -> list[list[float]]:
    with (folder / "curves.csv").open() as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]


@pytest.mark.slow
def test_two_processes_give_the_losses_and_weights_of_one(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    launched(MODULE, one)
    launched(MODULE, two, processes=2)
    assert len(curve(one)) == 4
    for alone, together in zip(curve(one), curve(two), strict=True):
        assert together == pytest.approx(alone, abs=2e-6)
    first, second = (load_file(f / "model.safetensors") for f in (one, two))
    assert first.keys() == second.keys()
    for name, weights in first.items():
        torch.testing.assert_close(second[name], weights, atol=2e-5, rtol=0)


@pytest.mark.slow
def test_those_who_are_through_wait_for_the_one_with_most_to_do() -> None:
    said = launched("tests.gaitmodel.core.training.wait_together", processes=2)
    assert (
        int(said) >= 12 * 3600
    )  # the library's own: half an hour, ten minutes by nccl


def test_several_processes_refuse_what_normalises_over_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = nn.Sequential(nn.Conv1d(4, 4, 1), nn.BatchNorm1d(4))
    Team().check(network)
    monkeypatch.setattr(Team, "size", 2)
    Team().check(network[0])
    with pytest.raises(InputError, match="train it in one process"):
        Team().check(network)
