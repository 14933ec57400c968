"""A PostgreSQL database, a Redis and a site for the tests, on existing servers.

``POSTGRES_URL`` and ``REDIS_TEST_URL`` name them; the Redis database is emptied.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.annotations.test_crash import SETUP
from tests.databases import own_database
from tests.processes import Service, manage, queue_worker, web_server
from tests.services.front import front_server
from tests.services.production import Site, environment_of
from tests.waiting import free_port


@pytest.fixture
def postgres() -> Iterator[str]:
    """The URL of a database that is dropped at the end."""
    with own_database(os.environ["POSTGRES_URL"]) as url:
        yield url


@pytest.fixture
def redis_url() -> str:
    """The URL of an empty Redis database."""
    url = os.environ["REDIS_TEST_URL"]
    redis.from_url(url).flushdb()
    return url


@pytest.fixture
def site(postgres: str, redis_url: str, tmp_path: Path) -> Iterator[Site]:
    http, https, web = free_port(), free_port(), free_port()
    environment = environment_of(tmp_path, postgres, redis_url, https)
    manage(environment, "migrate", "-v0")
    case = manage(environment, "shell", "-v0", "-c", SETUP).splitlines()[-1]
    server = web_server(environment, port=web, log=tmp_path / "web.log")
    services: list[Service] = [
        server,
        queue_worker(environment, "default", tmp_path / "worker.log"),
        queue_worker(environment, "gpu", tmp_path / "gpu.log"),
        front_server(tmp_path, http=http, https=https, web=web),
    ]
    try:
        for service in services:
            service.start()
        token = (tmp_path / "METRICS_TOKEN").read_text()
        origin, plain = f"https://127.0.0.1:{https}", f"http://127.0.0.1:{http}"
        yield Site(environment, origin, plain, case, tmp_path, token, server)
    finally:
        for service in services:
            if hasattr(service, "process"):
                service.end(20)
