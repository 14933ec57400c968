"""A PostgreSQL server killed without warning under load keeps every acknowledged cell.

It is a server of the test's own, in a folder and on a port of its own; the test runs
where PostgreSQL is installed and may be started as its own user.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.annotations.test_crash import SETUP, Load, save, server
from tests.processes import PATIENCE_S, answers, free_port, manage, site_environment

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
AS_POSTGRES = ["runuser", "-u", "postgres", "--"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not BINARIES or not shutil.which("runuser") or os.geteuid() != 0,
        reason="no PostgreSQL server can be started here",
    ),
]


class Cluster:
    """A PostgreSQL server that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "postgres")
        self.start()

    def run(self, command: str, *arguments: str) -> None:
        subprocess.run(
            [*AS_POSTGRES, str(BINARIES[-1] / command), *arguments],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        self.run(
            "pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-w", "-t", "60",
            "-l", str(self.folder / "log"), "start",
        )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL to the server's own process: no checkpoint, no farewell."""
        process = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(process, signal.SIGKILL)
        # Its children notice and end; a new server may start only after that.
        deadline = time.monotonic() + PATIENCE_S
        while answers(self.port) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(2)

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = Path(mkdtemp(prefix="biogait-pg-"))
    shutil.chown(folder, "postgres")
    made = Cluster(folder)
    yield made
    made.run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    shutil.rmtree(folder)


def test_a_killed_database_keeps_every_acknowledged_cell(
    cluster: Cluster, tmp_path: Path
) -> None:
    site = site_environment(tmp_path) | {"DATABASE_URL": cluster.url}
    manage(site, "migrate", "-v0")
    load = Load(manage(site, "shell", "-v0", "-c", SETUP).splitlines()[-1])
    with server(site) as origin:
        load.start(origin, enough=4)
        cluster.kill()
        load.end(enough=4)
        cluster.start()
        # The same web server goes on with the database that came back.
        browser, left = load.check_shown(origin)
        assert all(save(browser, load.case, cell, 5) for cell in left)
    load.check_stored(site)
