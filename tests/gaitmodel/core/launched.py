"""Run a module as torchrun does, in one process or in several."""

from __future__ import annotations

import os
import subprocess
import sys


def launched(module: str, *arguments: object, processes: int = 1) -> str:
    """Its output; each process has one thread, and a failure shows its stderr."""
    several = ["torch.distributed.run", "--standalone", "--nproc-per-node"]
    launcher = [*several, str(processes), "-m"] if processes > 1 else []
    done = subprocess.run(
        [sys.executable, "-m", *launcher, module, *map(str, arguments)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-8000:]
    return done.stdout
