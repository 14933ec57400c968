"""The short forms of the scale benchmarks; their limits of time are looser here.

Query counts must be the same in a site of a hundred times the rows; medians of
milliseconds on a machine that others use are told apart from growth by a factor of 5.
"""

import subprocess
import sys

import pytest

from tests.processes import ROOT

pytestmark = pytest.mark.slow


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.operations
def test_the_pages_of_a_study_do_not_grow_with_the_site() -> None:
    said = run("benchmarks.scale", "--share", "0.01", "--no-long", "--times", "5")
    assert "24,0" in said  # thousand ratings beside the reference studies
    assert "TOO MUCH" not in said


def test_memory_does_not_follow_the_number_of_clips() -> None:
    assert "memory grew by" in run("benchmarks.import_clips", "--clips", "1200")
