"""The queue worker's side of a Run: a child process, supervised until it ends.

1. ``manage.py execute_run`` does the Run, under ``torchrun`` if it needs several
   devices. All of its memory, including the device's, is freed when it ends.
2. This worker sends its heartbeats, shows the end of its log, and stops it when a
   person cancels: SIGTERM first, SIGKILL after ``GRACE_S``.
3. If this worker dies, the kernel kills the child too (Linux); the lease then expires,
   and another worker resumes from the checkpoint.
4. A worker asked to end (``manage.py qcluster`` sets ``ENDING``) returns its Run to the
   queue at once and takes no other.

Nothing here imports torch.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings

from gaitmodel.models import Run
from gaitmodel.services import runs
from gaitmodel.services.runs import HEARTBEAT_S, Lease

GRACE_S = 3
POLL_S = 0.1
TAIL_BYTES = 4000
PR_SET_PDEATHSIG = 1
# One byte shared by all processes forked from the worker's first, without a lock that a
# killed process could leave held.
ENDING = multiprocessing.RawValue("b", 0)
log = logging.getLogger(__name__)


def run_next() -> None:
    """Claim and supervise the next Run, then wake a worker for the one after."""
    if ENDING.value:
        return
    runs.runs_recover()
    run = runs.run_claim_next(worker=worker_name(), processes=settings.RUN_PROCESSES)
    if run is not None:
        log.info("run %s taken, attempt %d", run.pk, run.attempts)
        supervise(run)
        if not ENDING.value:
            runs.runs_wake()


def worker_name() -> str:
    """This worker's name on the Runs page: its host and its devices."""
    devices = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return socket.gethostname() + (f", GPU {devices}" if devices else "")


def log_path(run: Run) -> Path:
    """The log file of a Run's process on its worker's disk."""
    return Path(settings.RUN_LOG_DIR) / f"{run.pk}.log"


def supervise(run: Run) -> None:
    """Do a claimed Run in a child process; its row records the outcome."""
    path = log_path(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as out:
        process = subprocess.Popen(
            command(run),
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"LOG_FORMAT": "text"},  # for human readers
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        try:
            lease = _watch(run, process)
        except BaseException as error:
            runs.run_fail(run=run, reason=f"{type(error).__name__}: {error}")
            raise
        finally:
            _kill(process)
        _settle(run, process.returncode, lease)


def command(run: Run) -> list[str]:
    """The command line of a Run: one process, or ``torchrun`` with one per device."""
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    task = [manage, "execute_run", str(run.pk), str(run.claim)]
    if run.processes == 1:
        return [sys.executable, *task]
    several = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
    return [sys.executable, *several, str(run.processes), *task]


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch(run: Run, process: subprocess.Popen[bytes]) -> Lease:
    """Send heartbeats until the process ends or its grace expires; the last answer."""
    lease, next_beat, kill_at = Lease.HELD, 0.0, None
    with log_path(run).open("rb") as shown:
        while process.poll() is None:
            now = time.monotonic()
            if kill_at is not None and now > kill_at:
                break
            if kill_at is None and (now > next_beat or ENDING.value):
                lease = runs.run_beat(run=run, log_tail=_tail(shown))
                next_beat = now + HEARTBEAT_S
                if lease is not Lease.HELD or ENDING.value:
                    process.terminate()
                    kill_at = now + GRACE_S
            time.sleep(POLL_S)
        if lease is Lease.HELD:
            lease = runs.run_beat(run=run, log_tail=_tail(shown))
    return lease


def _tail(file: IO[bytes]) -> str:
    """The end of a log, with only the last state of progress bars."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - TAIL_BYTES, 0))
    lines = file.read().decode(errors="replace").replace("\0", "").split("\n")
    return "\n".join(line.rstrip("\r").split("\r")[-1] for line in lines).strip()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _settle(run: Run, code: int, lease: Lease) -> None:
    """Record the end of a Run whose process could not do so itself."""
    if lease is Lease.STOPPING:
        runs.run_stop(run=run)
    elif ENDING.value:
        runs.run_release(run=run)
    elif lease is Lease.HELD:
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        runs.run_lost(run=run, reason=f"its process ended by {name}")
