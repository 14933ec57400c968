"""The site's processes as started in production, in a separate data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.waiting import PATIENCE_S, answers, free_port, wait_until

ROOT = Path(__file__).parent.parent


def site_environment(folder: Path, database: str = "") -> dict[str, str]:
    """An environment with its data (and SQLite file, if no database is named) here."""
    return os.environ | {
        "BIOGAIT_VAR": str(folder),
        "DATABASE_URL": database or f"sqlite:///{folder / 'site.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "evalsite.settings",
    }


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    """The output of a command, which must succeed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Service:
    """A process in its own process group that can be stopped, killed and restarted."""

    command: Sequence[str]
    environment: Mapping[str, str]
    port: int = 0  # 0: it does not listen
    log: Path | None = None  # file for its output; None: this process's stderr
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it, and wait until its port answers."""
        out = self.log.open("ab") if self.log else None
        try:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.environment),
                stdout=out or sys.stderr,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            if out:
                out.close()
        if self.port:
            wait_until(self._answers, f"{self.command} does not answer")

    def _answers(self) -> bool:
        assert self.process.poll() is None, f"{self.command} has ended"
        return answers(self.port)

    def end(self, patience_s: float = PATIENCE_S) -> None:
        """Ask the main process to end, as systemd does, then kill what is left."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience_s)
        self.kill()

    def kill(self) -> None:
        """SIGKILL the whole group: no clean shutdown."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def web_server(
    site: Mapping[str, str],
    *,
    workers: int = 2,
    threads: int = 4,
    port: int = 0,
    log: Path | None = None,
) -> Service:
    """The production server command on a free port."""
    port = port or free_port()
    settings = {
        "WEB_BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": str(workers),
        "WEB_THREADS": str(threads),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    return Service([*command, "evalsite.wsgi"], {**site, **settings}, port, log)


def queue_worker(
    site: Mapping[str, str], cluster: str = "gpu", log: Path | None = None
) -> Service:
    """A worker of one of the queue's clusters."""
    command = [sys.executable, "manage.py", "qcluster"]
    return Service(command, {**site, "Q_CLUSTER_NAME": cluster}, log=log)


@contextmanager
def serving(
    site: Mapping[str, str],
    *,
    workers: int = 2,
    threads: int = 4,
    killed: bool = False,
) -> Iterator[str]:
    """Serve the site while the block runs, then end or kill it; yields its origin."""
    server = web_server(site, workers=workers, threads=threads)
    server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.kill() if killed else server.end()
