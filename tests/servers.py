"""Disposable PostgreSQL and Redis servers for a test, on their own folders and ports.

They are started from the installed programs, and are never the machine's running
services, so a test may stop, kill, fill and destroy them. PostgreSQL refuses to run as
root: root starts it as the user ``postgres``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

from tests.waiting import answers, free_port, wait_until

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def missing_programs() -> list[str]:
    """The programs that these servers need and this machine lacks."""
    lacking = [] if BINARIES else ["PostgreSQL's server programs"]
    if os.geteuid() == 0 and not shutil.which("runuser"):
        lacking.append("runuser")
    lacking += [name for name in ("redis-server", "pg_dump") if not shutil.which(name)]
    return lacking


class PostgresServer:
    """``folder`` may be given (a small disk, say); by default it is temporary."""

    def __init__(
        self,
        folder: Path | None = None,
        options: Sequence[str] = (),
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        self.is_own = folder is None
        self.folder = folder or Path(mkdtemp(prefix="biogait-pg-"))
        self.options = (*options, *(["ssl=on"] if tls else []))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.port = free_port()
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8")
        if tls:
            self.renew(*tls)
        self.start()

    def renew(self, certificate: Path, key: Path) -> None:
        """Use this certificate and key from the next start on."""
        for source, name in ((certificate, "server.crt"), (key, "server.key")):
            target = self.folder / "data" / name
            shutil.copy(source, target)
            target.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(target, "postgres", "postgres")

    def run(self, command: str, *arguments: str) -> None:
        """One of PostgreSQL's own programs, as a user who may run it."""
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*as_user, str(BINARIES[-1] / command), *arguments],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip

    def start(self) -> None:
        options = [f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"]
        options += [f"-c {option}" for option in self.options]
        self.run(
            "pg_ctl", "-D", str(self.folder / "data"), "-o", " ".join(options), "-w",
            "-t", "60", "-l", str(self.folder / "log"), "start",
        )  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def restart_if_down(self) -> None:
        """Restart it if it has stopped itself, as it does when its log cannot grow."""
        if not answers(self.port):
            (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
            self.start()

    def kill(self) -> None:
        """SIGKILL the server's main process: no checkpoint, no clean shutdown."""
        note = self.folder / "data" / "postmaster.pid"
        os.kill(int(note.read_text().split()[0]), signal.SIGKILL)
        wait_until(lambda: not answers(self.port), "PostgreSQL goes on")
        time.sleep(2)  # its children must end before a new server can start

    def destroy(self) -> None:
        """Kill it and remove its data."""
        if answers(self.port):
            self.stop("immediate")
        shutil.rmtree(self.folder if self.is_own else self.folder / "data")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"


class RedisServer:
    """Without persistence, as a broker and cache may be: a restart loses everything."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1",
             "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL, cwd="/", start_new_session=True,
        )  # fmt: skip
        wait_until(lambda: answers(self.port), "Redis does not answer")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"
