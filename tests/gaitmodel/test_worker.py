"""A real worker process: killed in the middle of a training, it goes on from there."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.gaitmodel.core.fakes import swinging_pose
from tests.processes import Service, manage, queue_worker, site_environment
from tests.waiting import wait_until

PATIENCE_S = 180


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    """An environment with a data folder of its own, and no clip."""
    environment = site_environment(tmp_path)
    manage(environment, "migrate", "-v0")
    return environment


@pytest.fixture
def site(empty: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """... with eight prepared walks."""
    environment = empty
    rows = ["clip,subject,label,pose,fps,split"]
    for i in range(8):
        np.save(tmp_path / f"{i}.npy", swinging_pose(70, 30 + 4 * i).angles)
        rows.append(f"w{i},s{i},{'dcm' if i % 2 else 'normal'},{i}.npy,30,train")
    (tmp_path / "manifest.csv").write_text("\n".join(rows) + "\n")
    manage(environment, "import_clips", str(tmp_path / "manifest.csv"))
    manage(environment, "prepare_clips", "--workers", "1")
    return environment


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[Service]:
    """The gpu cluster, killed whole at the end."""
    service = queue_worker(environment)
    service.start()
    try:
        yield service
    finally:
        service.kill()


def database(environment: dict[str, str]) -> Path:
    return Path(environment["DATABASE_URL"].removeprefix("sqlite:///"))


def run_row(environment: dict[str, str]) -> dict[str, object]:
    with closing(sqlite3.connect(database(environment), timeout=20)) as connection:
        connection.row_factory = sqlite3.Row
        return dict(connection.execute("SELECT * FROM gaitmodel_run").fetchone())


def wait_for(
    environment: dict[str, str], reached: Callable[[dict[str, object]], bool]
) -> dict[str, object]:
    def row() -> dict[str, object] | None:
        found = run_row(environment)
        return found if reached(found) else None

    return wait_until(row, "the run never got there", PATIENCE_S)


def left_behind(environment: dict[str, str]) -> bool:
    """Whether a Run whose worker was killed a while ago is queued again.

    Until the kernel has killed its process too, that may still tell its progress.
    """
    path = database(environment)
    with closing(sqlite3.connect(path, timeout=20)) as connection, connection:
        connection.execute("UPDATE gaitmodel_run SET heartbeat_at = '2020-01-01'")
    found = manage(
        environment, "shell", "-v0", "-c",
        "from gaitmodel.services.runs import runs_recover, runs_wake; "
        "found = runs_recover(); runs_wake(found); print(found)",
    )  # fmt: skip
    return found == "1"


@pytest.mark.slow
def test_a_killed_training_goes_on_from_its_last_epoch(
    site: dict[str, str], tmp_path: Path
) -> None:
    epochs = 150
    manage(
        site, "train_biogait", "--system", "biogait_full", "--backbone", "tiny",
        "--epochs", str(epochs), "--queue",
    )  # fmt: skip
    with worker(site):
        wait_for(site, lambda row: "epoch " in str(row["stage"]))
    [folder] = (tmp_path / "checkpoints").iterdir()
    assert (folder / "resume.pt").exists()
    before = len((folder / "curves.csv").read_text().splitlines()) - 1

    wait_until(lambda: left_behind(site), "the Run was not queued again", PATIENCE_S)
    with worker(site):
        row = wait_for(site, lambda row: row["state"] in ("done", "failed"))
    assert (row["state"], row["reason"]) == ("done", "")
    assert row["attempts"] == 2
    curve = (folder / "curves.csv").read_text().splitlines()[1:]
    assert [int(line.split(",")[0]) for line in curve] == list(range(1, epochs + 1))
    assert 0 < before < epochs
    assert json.loads((folder / "meta.json").read_text())["finished_at"]
    assert not (folder / "resume.pt").exists()


@pytest.mark.slow
def test_a_cancelled_run_stops_within_ten_seconds_even_if_it_does_not_listen(
    empty: dict[str, str],
) -> None:
    """Its steps last a minute each: it is killed, for it never comes to report."""
    manage(empty, "try_worker", "--steps", "2", "--seconds", "60")
    with worker(empty):
        row = wait_for(empty, lambda row: row["state"] == "running")
        manage(
            empty, "shell", "-v0", "-c",
            "from gaitmodel.models import Run; "
            "from gaitmodel.services.runs import run_cancel; "
            "assert run_cancel(run_id=Run.objects.get().pk)",
        )  # fmt: skip
        asked = time.monotonic()
        row = wait_for(empty, lambda row: row["state"] != "running")
    assert row["state"] == "cancelled"
    assert time.monotonic() - asked < 10


@pytest.mark.slow
def test_a_worker_that_is_asked_to_end_gives_its_run_back_at_once(
    empty: dict[str, str],
) -> None:
    manage(empty, "try_worker", "--steps", "200", "--seconds", "0.2")
    with worker(empty) as service:
        wait_for(empty, lambda row: "step 2/" in str(row["stage"]))
        asked = time.monotonic()
        service.end()
        row = run_row(empty)
    assert time.monotonic() - asked < 15
    assert row["state"] == "queued"
    assert row["attempts"] == 0


@pytest.mark.slow
def test_a_training_in_two_processes_is_one_run_with_one_checkpoint(
    site: dict[str, str], tmp_path: Path
) -> None:
    manage(
        site, "train_biogait", "--system", "biogait_full", "--backbone", "tiny",
        "--epochs", "3", "--batch-size", "4", "--queue", "--processes", "2",
    )  # fmt: skip
    with worker(site | {"RUN_PROCESSES": "2", "OMP_NUM_THREADS": "1"}):
        row = wait_for(site, lambda row: row["state"] in ("done", "failed"))
    log = (tmp_path / "runs" / f"{uuid.UUID(str(row['id']))}.log").read_text()
    assert (row["state"], row["reason"]) == ("done", ""), log
    [folder] = (tmp_path / "checkpoints").iterdir()
    assert json.loads((folder / "meta.json").read_text())["processes"] == 2
    assert len((folder / "curves.csv").read_text().splitlines()) == 1 + 3


@pytest.mark.slow
def test_two_processes_answer_once_for_each_clip(site: dict[str, str]) -> None:
    manage(
        site, "generate_rationales", "--systems", "internvl3_5_zero_shot",
        "--backbone", "tiny", "--split", "train", "--max-clips", "5",
        "--max-new-tokens", "6", "--queue", "--processes", "2",
    )  # fmt: skip
    with worker(site | {"RUN_PROCESSES": "2", "OMP_NUM_THREADS": "1"}):
        row = wait_for(site, lambda row: row["state"] in ("done", "failed"))
    assert (row["state"], row["reason"]) == ("done", "")
    assert json.loads(str(row["result"])) == {"rationales": 5}
    with closing(sqlite3.connect(database(site))) as connection:
        written = connection.execute(
            "SELECT COUNT(*), COUNT(DISTINCT clip_id) FROM gaitmodel_rationale"
        )
        assert written.fetchone() == (5, 5)
