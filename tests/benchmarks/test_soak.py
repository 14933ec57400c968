"""The short form of the soak: every service is restarted while raters score."""

import subprocess
import sys

import pytest

from tests.processes import ROOT


@pytest.mark.slow
@pytest.mark.operations
def test_nothing_is_lost_while_every_service_is_restarted() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", "--raters", "10", "--minutes", "0.7",
         "--pause", "1"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PostgreSQL killed" in done.stdout
    assert "all hold" in done.stdout
