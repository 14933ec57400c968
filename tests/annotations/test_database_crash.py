"""A PostgreSQL server killed without warning under load keeps every acknowledged cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.annotations.test_crash import SETUP, Load, save, server
from tests.processes import manage, site_environment
from tests.servers import PostgresServer

pytestmark = [pytest.mark.slow, pytest.mark.operations]


@pytest.fixture
def database() -> Iterator[PostgresServer]:
    made = PostgresServer()
    yield made
    made.destroy()


def test_a_killed_database_keeps_every_acknowledged_cell(
    database: PostgresServer, tmp_path: Path
) -> None:
    site = site_environment(tmp_path) | {"DATABASE_URL": database.url}
    manage(site, "migrate", "-v0")
    load = Load(manage(site, "shell", "-v0", "-c", SETUP).splitlines()[-1])
    with server(site) as origin:
        load.start(origin, enough=4)
        database.kill()
        load.end(enough=4)
        database.start()
        # The same web server goes on with the database that came back.
        browser, left = load.check_shown(origin)
        assert all(save(browser, load.case, cell, 5) for cell in left)
    load.check_stored(site)
