"""The services of the soak: PostgreSQL, Redis, web and worker, restarted in the middle."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.processes import Service, queue_worker, site_environment, web_server
from tests.servers import PostgresServer, RedisServer

# After a service is back: time until pooled connections are renewed and retries done.
GRACE_S = 10.0
SAMPLED_EVERY_S = 2.0
SETTLED_S = 120.0  # a restarted service is still loading; growth is measured after this


@dataclass
class Outage:
    """The period in which raters may meet a fault, on the monotonic clock."""

    name: str
    begun: float
    ended: float


@dataclass
class Services:
    """The running services, and what happened to them."""

    folder: Path
    postgres: PostgresServer = field(default_factory=PostgresServer)
    redis: RedisServer = field(default_factory=RedisServer)
    outages: list[Outage] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.site = site_environment(self.folder, self.postgres.url) | {
            "REDIS_URL": self.redis.url
        }
        self.is_over = threading.Event()

    def start(self) -> int:
        """Start web, worker and the watch over their memory; return the web's port."""
        self.web = web_server(self.site, log=self.folder / "web.log")
        self.worker = queue_worker(self.site, log=self.folder / "worker.log")
        self.web.start()
        self.worker.start()
        threading.Thread(target=self._watch, daemon=True).start()
        return self.web.port

    def end(self) -> None:
        self.is_over.set()
        for service in (self.web, self.worker):
            service.end()

    def destroy(self) -> None:
        self.redis.stop()
        self.postgres.destroy()

    def trials(self) -> dict[str, Callable[[], None]]:
        """What is done to which service, in this order."""
        return {
            "web restarted": self._restart_web,
            "worker killed": self._kill_worker,
            "Redis killed, 5 s away": self._kill_redis,
            "PostgreSQL killed, 5 s away": self._kill_postgres,
            "web killed": self._kill_web,
        }

    def is_out(self, moment: float) -> bool:
        """Whether raters may have met a fault then."""
        return any(out.begun <= moment <= out.ended for out in self.outages)

    def suffer(self, name: str) -> None:
        begun = time.monotonic()
        self.trials()[name]()
        self.outages.append(Outage(name, begun, time.monotonic() + GRACE_S))

    def _restart_web(self) -> None:
        self.web.end()
        self.web.start()

    def _kill_web(self) -> None:
        self.web.kill()
        self.web.start()

    def _kill_worker(self) -> None:
        self.worker.kill()
        self.worker.start()

    def _kill_redis(self) -> None:
        self.redis.stop()
        time.sleep(5)
        self.redis.start()

    def _kill_postgres(self) -> None:
        self.postgres.kill()
        time.sleep(3)
        self.postgres.start()

    def _watch(self) -> None:
        """Resident memory of all web and worker processes, in MB."""
        while not self.is_over.wait(SAMPLED_EVERY_S):
            used = sum(_resident(service) for service in (self.web, self.worker))
            self.memory.append((time.monotonic(), used / 2**20))

    def grown_mb(self) -> float | None:
        """Growth from the first to the last quarter since the last restart, by medians.

        None if less than ``SETTLED_S`` was observed since: a process that is still
        loading its modules grows by them.
        """
        since = max((outage.ended for outage in self.outages), default=0.0)
        watched = [(at, used) for at, used in self.memory if at > since]
        if not watched or watched[-1][0] - watched[0][0] < SETTLED_S:
            return None
        found = [used for _, used in watched]
        quarter = max(1, len(found) // 4)
        first, last = sorted(found[:quarter]), sorted(found[-quarter:])
        return last[len(last) // 2] - first[len(first) // 2]


def _resident(service: Service) -> int:
    """Memory of a service's process tree; private pages only, so none counts twice."""
    try:
        root = psutil.Process(service.process.pid)
        family = [root, *root.children(recursive=True)]
        return sum(one.memory_full_info().uss for one in family)
    except psutil.Error:
        return 0
