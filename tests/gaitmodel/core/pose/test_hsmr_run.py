"""HSMR as a process: a fake checkout that writes, fails, or writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gaitmodel.core.errors import InputError, PoseError
from gaitmodel.core.pose.hsmr_run import run_hsmr

WRITES = """
import sys, numpy as np
from pathlib import Path
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
stem = Path(given["--input_path"]).stem
frame = {"poses": np.zeros((1, 46), np.float32), "bbx_cs": [np.array([5., 5., 9.])]}
records = np.empty(40, dtype=object)
records[:] = [dict(frame) for _ in range(40)]
np.save(Path(given["--output_path"]) / f"HSMR-{stem}.npy", records, allow_pickle=True)
"""


def checkout(tmp_path: Path, script: str) -> Path:
    (tmp_path / "exp").mkdir()
    (tmp_path / "exp" / "run_demo.py").write_text(script)
    (tmp_path / "walk.mp4").touch()
    return tmp_path


def test_what_hsmr_writes_is_read(tmp_path: Path) -> None:
    home = checkout(tmp_path, WRITES)
    pose = run_hsmr(home, home / "walk.mp4", 25.0)
    assert pose.angles.shape == (40, 46)
    assert (pose.fps, pose.source, pose.camera_frame) == (25.0, "hsmr", True)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("import sys; sys.exit('no weights')", "ended with 1.*no weights"),
        ("print('done')", "0 pose files.*done"),
        ("import time; time.sleep(30)", "did not run"),
    ],
)
def test_a_run_that_gives_no_pose_says_why(
    tmp_path: Path, script: str, sentence: str
) -> None:
    home = checkout(tmp_path, script)
    with pytest.raises(PoseError, match=sentence):
        run_hsmr(home, home / "walk.mp4", 25.0, timeout_s=3.0)


def test_a_folder_that_is_no_checkout_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="HSMR_HOME"):
        run_hsmr(tmp_path, tmp_path / "walk.mp4", 25.0)
