"""A PostgreSQL database and a Redis of the tests' own, on the servers that are there.

``POSTGRES_URL`` and ``REDIS_TEST_URL`` name them; the Redis database is emptied.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import redis

from tests.databases import own_database


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of a database that is dropped at the end."""
    with own_database(os.environ["POSTGRES_URL"]) as url:
        yield url


@pytest.fixture
def redis_url() -> str:
    """The address of an empty Redis database."""
    url = os.environ["REDIS_TEST_URL"]
    redis.from_url(url).flushdb()
    return url
