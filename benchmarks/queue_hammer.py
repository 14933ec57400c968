"""Hammer the queue: many Runs, several workers, kill -9 at random; each done once.

``python -m benchmarks.queue_hammer [--runs 200] [--workers 4] [--postgres URL]
[--redis URL]``: each combination of what is named with SQLite and the database's broker.

Real ``qcluster`` workers do trials of five steps. About every second one of three is
killed (SIGKILL): a whole worker (as if its host died), the worker's process that
supervises a Run, or a Run's own process (as if memory ran out). Dead workers are
restarted, as systemd would. At the end every Run must be done, and its file of steps
must hold every step once, in order: two workers on the same Run, or a Run restarted
instead of resumed, would leave a step twice.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import psutil
import redis

from tests.databases import own_database
from tests.processes import Service, manage, queue_worker, site_environment

STEPS = 5
COUNT = """
import json
from gaitmodel.models import Run
print(json.dumps([[str(r.pk), r.state, r.attempts] for r in Run.objects.all()]))
"""


@dataclass
class Outcome:
    """The outcome: Runs by state, attempts, kills by kind, faults in the steps."""

    states: dict[str, int]
    attempts: int
    kills: Counter[str]
    faults: list[str]
    seconds: float

    @property
    def holds(self) -> bool:
        return set(self.states) == {"done"} and not self.faults


@dataclass
class Hammer:
    """Workers that are killed and restarted."""

    site: dict[str, str]
    folder: Path
    count: int
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    workers: list[Service] = field(default_factory=list)

    def start(self) -> None:
        for number in range(self.count):
            worker = queue_worker(self.site, log=self.folder / f"worker-{number}.log")
            worker.start()
            self.workers.append(worker)

    def strike(self) -> None:
        """Kill part or all of one worker; restart workers that have ended."""
        worker = self.chance.choice(self.workers)
        runs = _runs_of(worker)
        kind = self.chance.choice(["worker", "watcher", "run"])
        if kind == "worker" or not runs:
            worker.kill()
            self.kills["worker"] += 1
        else:
            run = self.chance.choice(runs)
            self._kill(run.parent() if kind == "watcher" else run)
            self.kills[kind] += 1

    def _kill(self, process: psutil.Process | None) -> None:
        with suppress(psutil.NoSuchProcess):
            if process is not None:
                process.kill()

    def revive(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is not None:
                worker.kill()  # processes that its first one left behind
                worker.start()

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()


def _runs_of(worker: Service) -> list[psutil.Process]:
    """The processes of the Runs that a worker is doing."""
    try:
        below = psutil.Process(worker.process.pid).children(recursive=True)
        return [one for one in below if "execute_run" in one.cmdline()]
    except psutil.NoSuchProcess:
        return []


def rows(site: dict[str, str]) -> list[tuple[str, str, int]]:
    found = json.loads(manage(site, "shell", "-v0", "-c", COUNT).splitlines()[-1])
    return [(str(pk), str(state), int(attempts)) for pk, state, attempts in found]


def faults_of(folder: Path, run: str) -> list[str]:
    """What is wrong with the steps that a Run recorded."""
    lines = (folder / "checkpoints/trials" / run / "steps.txt").read_text().splitlines()
    steps = [int(line.split()[0]) for line in lines]
    attempts = [int(line.split()[2]) for line in lines]
    wrong = steps != list(range(1, STEPS + 1)) or attempts != sorted(attempts)
    return [f"run {run}: {lines}"] if wrong else []


def hammer(
    folder: Path,
    runs: int,
    workers: int,
    *,
    database: str = "",
    broker: str = "",
    kills: int = 0,
    patience_s: float = 1800,
    seed: int = 0,
) -> Outcome:
    """Queue the Runs, strike until ``kills`` (default: a third of the Runs), wait."""
    site = site_environment(folder, database) | {
        "REDIS_URL": broker,
        "RUN_LEASE_SECONDS": "10",
        "RUN_MAX_ATTEMPTS": "1000",
    }
    manage(site, "migrate", "-v0")
    manage(
        site, "try_worker", "--runs", str(runs), "--steps", str(STEPS),
        "--seconds", "0.1",
    )  # fmt: skip
    one = Hammer(site, folder, workers, random.Random(seed))
    began = time.monotonic()
    one.start()
    try:
        left = kills or runs // 3
        open_runs = runs
        while open_runs and time.monotonic() - began < patience_s:
            time.sleep(one.chance.uniform(0.5, 2.0) if left else 3.0)
            if left:
                one.strike()
                left -= 1
            one.revive()
            if left % 5 == 0:
                states = Counter(state for _, state, _ in rows(site))
                open_runs = states["queued"] + states["running"]
    finally:
        one.end()
    found = rows(site)
    return Outcome(
        dict(Counter(state for _, state, _ in found)),
        sum(attempts for _, _, attempts in found),
        one.kills,
        [
            fault
            for run, state, _ in found
            if state == "done"
            for fault in faults_of(folder, run)
        ],
        time.monotonic() - began,
    )


def shown(outcome: Outcome, workers: int, title: str) -> bool:
    """Print one combination's outcome; return whether it passed."""
    struck = ", ".join(f"{n} {kind}s" for kind, n in sorted(outcome.kills.items()))
    print(f"{title}: {outcome.states} after {outcome.attempts} attempts and kills of "
          f"{struck}; {outcome.seconds:.0f} s, {workers} workers")  # fmt: skip
    for fault in outcome.faults:
        print(fault)
    return outcome.holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument(
        "--postgres", default="", help="a server for a database of its own"
    )
    parser.add_argument(
        "--redis", default="", help="a Redis database, which is emptied"
    )
    given = parser.parse_args()
    hold = True
    for server, broker in product({"", given.postgres}, {"", given.redis}):
        if broker:
            redis.from_url(broker).flushdb()
        made = own_database(server) if server else nullcontext("")
        with made as database, tempfile.TemporaryDirectory() as folder:
            outcome = hammer(
                Path(folder),
                given.runs,
                given.workers,
                database=database,
                broker=broker,
            )
        title = (
            f"{'PostgreSQL' if server else 'SQLite'}, {'Redis' if broker else 'ORM'}"
        )
        hold &= shown(outcome, given.workers, title)
    return 0 if hold else 1


if __name__ == "__main__":
    sys.exit(main())
