"""The whole demo runs, is served and is used without one attempt to leave the machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.operations]


def test_nothing_leaves_the_machine(tmp_path: Path) -> None:
    """Long form: NO_NETWORK_DEMO="--backbone smollm2 --cases 12", in make check-all."""
    options = os.environ.get("NO_NETWORK_DEMO", "").split()
    done = subprocess.run(
        ["unshare", "--net", "--", sys.executable, "-m", "tests.no_network.visit",
         str(tmp_path), *options],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["cut_off"]
    assert found["hook_works"]  # an attempt would have been seen
    assert found["attempts"] == []
    assert found["study"] == "Demo study"
    assert found["saved"] == 200
    assert found["film_bytes"] > 1000
