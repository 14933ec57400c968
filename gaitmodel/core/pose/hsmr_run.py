"""Run an installed checkout of HSMR on a film, in a separate process.

HSMR's code and weights may not be redistributed: ``HSMR_HOME`` names a checkout. The
interpreter in its ``.venv`` runs it, or ours if there is none.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gaitmodel.core.errors import InputError, PoseError
from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.records import PoseSequence

_SCRIPT: Final = Path("exp/run_demo.py")
TIMEOUT_S: Final = 4 * 3600


def run_hsmr(
    home: Path, video: Path, fps: float, timeout_s: float = TIMEOUT_S
) -> PoseSequence:
    """The walker's pose in a film by HSMR; ``fps`` is the film's own rate.

    Raises
    ------
    InputError
        If ``home`` is not a checkout of HSMR.
    PoseError
        If the run fails, takes longer than ``timeout_s`` seconds, or writes no pose; the
        message ends with the last line that HSMR wrote.
    """
    if not (home / _SCRIPT).is_file():
        raise InputError(f"HSMR_HOME={home} is no checkout of HSMR: no {_SCRIPT}")
    own = home / ".venv" / "bin" / "python"
    python = str(own) if own.is_file() else sys.executable
    with TemporaryDirectory(prefix="hsmr-") as folder:
        command = [python, str(_SCRIPT), "--input_path", str(video.resolve())]
        try:
            done = subprocess.run(
                [*command, "--output_path", folder],
                cwd=home,
                capture_output=True,
                text=True,
                timeout=timeout_s,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PoseError(f"{video.name}: HSMR did not run: {error}") from error
        written = sorted(Path(folder).rglob(f"HSMR-{video.stem}.npy"))
        if done.returncode != 0 or not written:
            said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["nothing"]
            raise PoseError(
                f"{video.name}: HSMR ended with {done.returncode} and wrote "
                f"{len(written)} pose files; it said {said[0]!r}"
            )
        return read_pose(written[0], fps)
