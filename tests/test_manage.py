"""The command line: a setting that makes no sense is one sentence, and ends with 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def told(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BIOGAIT_VAR", "/dev/null/var", "/dev/null/var cannot be made"),
        ("RUN_LEASE_SECONDS", "x", "RUN_LEASE_SECONDS is 10 to 3600, not 'x'"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_sentence(
    name: str, value: str, sentence: str
) -> None:
    done = told("verify_study", "Pilot", **{name: value})
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_traceback_is_there_for_who_asks() -> None:
    done = told("verify_study", "Pilot", "--traceback", RUN_LEASE_SECONDS="x")
    assert "Traceback" in done.stderr
