"""Do what a Run's row asks for, and record its progress and outcome there.

Under ``torchrun`` several processes do one Run: each does its share, the first writes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection
from django.utils.module_loading import import_string

from gaitmodel.core.errors import CancelledError, GaitError, out_of_memory
from gaitmodel.models import Run
from gaitmodel.services import runs
from gaitmodel.services.runs import GONE, Lease

Show = Callable[[float, str], None]
# By name, so that a Run imports no more than it needs.
TASKS = {
    Run.Kind.TRAIN: "gaitmodel.runner.training.train_run",
    Run.Kind.GENERATE: "gaitmodel.runner.generation.generate_run",
    Run.Kind.TRIAL: "gaitmodel.runner.trial.trial_run",
}
PATIENCE_S = 600  # how long a finished Run waits for an unreachable database
IS_FIRST = os.environ.get("RANK", "0") == "0"


def perform(run: Run, stopping: threading.Event, show: Show | None = None) -> None:
    """Do a claimed Run in this process.

    Raises
    ------
    CancelledError
        If ``stopping`` was set; whoever set it then updates the row.
    GaitError
        As raised by the Run's task; the row then records the reason.
    """

    def report(progress: float, stage: str) -> None:
        if stopping.is_set():
            raise CancelledError("cancelled by a person")
        if IS_FIRST:
            _note_progress(run, progress, stage)
            if show:
                show(progress, stage)

    try:
        result = import_string(TASKS[Run.Kind(run.kind)])(run, report)
    except CancelledError:
        raise
    except BaseException as error:
        told = out_of_memory(error) or error
        reason = str(told) if isinstance(told, GaitError) else repr(told)
        _surely(partial(runs.run_fail, run=run, reason=reason))
        raise
    if IS_FIRST:
        _surely(partial(runs.run_finish, run=run, result=result))


def _note_progress(run: Run, progress: float, stage: str) -> None:
    """Record progress; an unreachable database costs this update, not the Run."""
    try:
        held = runs.run_progress(
            run=run,
            progress=progress,
            stage=stage,
            device_memory_mb=_device_memory_mb(),
        )
    except GONE:
        connection.close()
        return
    if not held:
        raise CancelledError("this Run is no longer this worker's")


def _device_memory_mb() -> int | None:
    """Peak memory that this process has reserved on its device; None without one."""
    torch: Any = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return int(torch.cuda.max_memory_reserved()) >> 20


def _surely(write: Callable[[], bool]) -> None:
    """Write the end of a Run, waiting for an unreachable database."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            write()
            return
        except GONE:
            if time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(2)


@contextmanager
def stopped_by_signal() -> Iterator[threading.Event]:
    """An event set by SIGTERM, with which the supervising worker stops a Run."""
    stopping = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda number, frame: stopping.set())
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGTERM, before)


def watched(run: Run, show: Show) -> Run:
    """Do a Run in this process, showing its progress; used without ``--queue``."""
    with _heartbeat(run) as stopping:
        try:
            perform(run, stopping, show)
        except CancelledError:
            runs.run_stop(run=run)
            raise
    run.refresh_from_db()
    return run


@contextmanager
def _heartbeat(run: Run) -> Iterator[threading.Event]:
    """Send heartbeats within the block; the event is set once the Run is cancelled."""
    over, stopping = threading.Event(), threading.Event()

    def beat() -> None:
        try:
            while not over.wait(runs.HEARTBEAT_S):
                if runs.run_beat(run=run) is not Lease.HELD:
                    stopping.set()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield stopping
    finally:
        over.set()
        thread.join()
