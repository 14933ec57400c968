"""Several processes that train together do what one does."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

MODULE = "tests.gaitmodel.core.training.train_together"


def trained(folder: Path, *launcher: str) -> Path:
    done = subprocess.run(
        [sys.executable, "-m", *launcher, MODULE, str(folder)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def curve(folder: Path) -> list[list[float]]:
    with (folder / "curves.csv").open() as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]


@pytest.mark.slow
def test_two_processes_give_the_losses_and_weights_of_one(tmp_path: Path) -> None:
    one = trained(tmp_path / "one")
    two = trained(
        tmp_path / "two",
        "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m",
    )  # fmt: skip
    assert len(curve(one)) == 4
    for alone, together in zip(curve(one), curve(two), strict=True):
        assert together == pytest.approx(alone, abs=2e-6)
    first, second = (load_file(f / "model.safetensors") for f in (one, two))
    assert first.keys() == second.keys()
    for name, weights in first.items():
        torch.testing.assert_close(second[name], weights, atol=2e-5, rtol=0)
