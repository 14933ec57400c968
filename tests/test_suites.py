"""Which suites can run here is said, and none hides among the green ones."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.suites import missing


def test_a_card_that_torch_cannot_reach_is_said_and_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    interpreter = tmp_path / "python"
    interpreter.write_text("#!/bin/sh\nexit 1\n")
    interpreter.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert missing()["gpu"] == "torch finds no CUDA device (is it the CPU build?)"
    interpreter.write_text("#!/bin/sh\nexit 0\n")
    assert "gpu" not in missing()
