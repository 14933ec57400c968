"""A trial of a worker: whether it can compute, write, report, stop and be taken over.

It proceeds in steps, recording each in ``steps.txt`` in its own folder, so that a trial
that is taken over resumes after the last one, as a training does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from gaitmodel.models import Run


def trial_run(run: Run, report: Callable[[float, str], None]) -> dict[str, Any]:
    """Do ``steps`` steps of ``seconds`` each, on the device if ``device`` is set.

    Raises
    ------
    InputError
        If a device is requested and torch sees none.
    """
    steps, seconds = int(run.parameters["steps"]), float(run.parameters["seconds"])
    device = _device() if run.parameters.get("device") else "none"
    path = trial_path(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    done = steps_done(path)
    for step in range(len(done) + 1, steps + 1):
        _work(seconds, device)
        with path.open("a") as file:
            file.write(f"{step} attempt {run.attempts}\n")
            file.flush()
            os.fsync(file.fileno())
        report(step / steps, f"step {step}/{steps}")
    return {"steps": steps, "device": device}


def trial_path(run: Run) -> Path:
    """The file in which a trial's steps are recorded."""
    return Path(settings.CHECKPOINT_DIR) / "trials" / str(run.pk) / "steps.txt"


def steps_done(path: Path) -> list[str]:
    """The complete lines so far; a line truncated by a kill does not count."""
    if not path.exists():
        return []
    text = path.read_text()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole)
    return whole.splitlines()


def _device() -> str:
    """The device's name; imports torch only when needed."""
    return str(import_string("gaitmodel.runner.device.device_name")())


def _work(seconds: float, device: str) -> None:
    """Keep the device busy for ``seconds``; without one, sleep."""
    if device == "none":
        time.sleep(seconds)
    else:
        import_string("gaitmodel.runner.device.keep_busy")(seconds)
