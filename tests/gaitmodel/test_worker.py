"""A real worker process: killed in the middle of a training, it goes on from there."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.gaitmodel.core.fakes import swinging_pose
from tests.processes import ROOT, manage, site_environment

PATIENCE_S = 180


@pytest.fixture
def site(tmp_path: Path) -> dict[str, str]:
    """An environment with a data folder of its own and eight prepared walks."""
    environment = site_environment(tmp_path)
    rows = ["clip,subject,label,pose,fps,split"]
    for i in range(8):
        np.save(tmp_path / f"{i}.npy", swinging_pose(70, 30 + 4 * i).angles)
        rows.append(f"w{i},s{i},{'dcm' if i % 2 else 'normal'},{i}.npy,30,train")
    (tmp_path / "manifest.csv").write_text("\n".join(rows) + "\n")
    manage(environment, "migrate", "-v0")
    manage(environment, "import_clips", str(tmp_path / "manifest.csv"))
    manage(environment, "prepare_clips", "--workers", "1")
    return environment


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The gpu cluster in a process group of its own, killed whole at the end."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "qcluster"],
        cwd=ROOT,
        env=environment | {"Q_CLUSTER_NAME": "gpu"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def database(environment: dict[str, str]) -> Path:
    return Path(environment["DATABASE_URL"].removeprefix("sqlite:///"))


def run_row(environment: dict[str, str]) -> dict[str, object]:
    with closing(sqlite3.connect(database(environment), timeout=20)) as connection:
        connection.row_factory = sqlite3.Row
        return dict(connection.execute("SELECT * FROM gaitmodel_run").fetchone())


def wait_for(
    environment: dict[str, str], reached: Callable[[dict[str, object]], bool]
) -> dict[str, object]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        row = run_row(environment)
        if reached(row):
            return row
        time.sleep(0.2)
    raise AssertionError(f"the run never got there: {run_row(environment)}")


@pytest.mark.slow
def test_a_killed_training_goes_on_from_its_last_epoch(
    site: dict[str, str], tmp_path: Path
) -> None:
    epochs = 60
    manage(
        site, "train_biogait", "--system", "biogait_full", "--backbone", "tiny",
        "--epochs", str(epochs), "--queue",
    )  # fmt: skip
    with worker(site):
        wait_for(site, lambda row: "epoch 5/" in str(row["stage"]))
    [folder] = (tmp_path / "checkpoints").iterdir()
    assert (folder / "resume.pt").exists()
    before = len((folder / "curves.csv").read_text().splitlines()) - 1

    with closing(sqlite3.connect(database(site), timeout=20)) as connection, connection:
        connection.execute("UPDATE gaitmodel_run SET heartbeat_at = '2020-01-01'")
    manage(
        site, "shell", "-v0", "-c",
        "from gaitmodel.services import runs_recover; assert runs_recover() == 1",
    )  # fmt: skip
    with worker(site):
        row = wait_for(site, lambda row: row["state"] in ("done", "failed"))
    assert (row["state"], row["reason"]) == ("done", "")
    assert row["attempts"] == 2
    curve = (folder / "curves.csv").read_text().splitlines()[1:]
    assert [int(line.split(",")[0]) for line in curve] == list(range(1, epochs + 1))
    assert 0 < before < epochs
    assert json.loads((folder / "meta.json").read_text())["finished_at"]
    assert not (folder / "resume.pt").exists()
