"""The running site on a full disk, a read-only disk, without its database or queue.

Everything is real: a small disk is filled, a database server is stopped, a certificate
has ended. Each time a person gets one clear page, the log one line, and afterwards
every acknowledged cell is there once and the chain holds.
"""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.annotations.test_crash import COUNT, SETUP, Browser
from tests.certificates import certificate_written
from tests.processes import ROOT, manage, site_environment, web_server
from tests.servers import PostgresServer, RedisServer
from tests.small_disk import SmallDisk, small_disk

pytestmark = [pytest.mark.slow, pytest.mark.operations]

CELL = {"A-grounding-value": "4", "A-grounding-version": "0",
        "A-grounding-key": "6b0b7f3e-5f86-4a3c-9a53-0d5f8a1f0a11"}  # fmt: skip
WORDS = {"comment-text": "w" * 4000, "comment-version": "0"}


@contextmanager
def serving(site: dict[str, str], log: Path) -> Iterator[str]:
    """The site with its log in a file."""
    server = web_server(site, workers=1, threads=4, log=log)
    server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.end()


def told(act: Callable[[], object]) -> str:
    """The page of the 503 that ``act`` meets."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        act()
    assert caught.value.code == 503
    assert caught.value.headers["Retry-After"] == "30"
    return caught.value.read().decode()


class Writer:
    """Writes comment after comment until one is refused, which is then sent again."""

    def __init__(self, browser: Browser, path: str) -> None:
        self.browser = browser
        self.path = path
        self.version = 0

    def write(self) -> int:
        words = {
            "comment-text": str(self.version % 10) * 4000,
            "comment-version": str(self.version),
            "comment-key": str(uuid.UUID(int=self.version)),
        }
        return self.browser.post(f"{self.path}comment/", words)

    def until_refused(self) -> str:
        """The page of the refusal: the first may need no new block, one of the next does."""

        def write_on() -> None:
            for self.version in range(2000):
                self.write()

        return told(write_on)


def is_whole(site: dict[str, str], cells: int) -> None:
    counted = manage(site, "shell", "-v0", "-c", COUNT).splitlines()[-1]
    assert counted == f"{cells} {cells} holds"


def made(site: dict[str, str]) -> str:
    """The path of the first case of a new site."""
    manage(site, "migrate", "-v0")
    case = manage(site, "shell", "-v0", "-c", SETUP).splitlines()[-1]
    return f"/cases/{case}/"


def signed_in(origin: str, path: str) -> Browser:
    browser = Browser(origin)
    browser.log_in()
    browser.get(path)
    return browser


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "web.log"


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with small_disk(megabytes=16) as made_disk:
        yield made_disk


def test_a_full_disk_has_its_page_and_loses_nothing(disk: SmallDisk, log: Path) -> None:
    site = site_environment(disk.root)
    path = made(site)
    with serving(site, log) as origin:
        browser = signed_in(origin, path)
        assert browser.post(f"{path}cells/A/grounding/", CELL) == 200
        writer = Writer(browser, path)
        with disk.full():
            assert "disk is full" in writer.until_refused()
        for _ in range(2):  # the same key: the second time it is done already
            assert writer.write() == 200
    assert "outage: disk full: POST" in log.read_text()
    is_whole(site, cells=1)


def test_a_read_only_disk_has_its_page_and_loses_nothing(
    disk: SmallDisk, log: Path
) -> None:
    site = site_environment(disk.root)
    path = made(site)
    with serving(site, log) as origin:
        browser = signed_in(origin, path)
        assert browser.post(f"{path}cells/A/grounding/", CELL) == 200
    disk.writable(False)
    try:
        with serving(site, log) as origin:
            assert "cannot write" in told(Browser(origin).log_in)
        done = subprocess.run(
            [sys.executable, "manage.py", "check"], cwd=ROOT, env=site,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "gaitmodel.E002" in done.stderr
    finally:
        disk.writable(True)
    assert "outage: disk takes no writes" in log.read_text()
    with serving(site, log) as origin:
        browser = signed_in(origin, path)
        assert browser.post(f"{path}comment/", WORDS) == 200
    is_whole(site, cells=1)


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.destroy()


def test_a_stopped_database_has_its_page_and_comes_back_by_itself(
    postgres: PostgresServer, tmp_path: Path, log: Path
) -> None:
    site = site_environment(tmp_path) | {"DATABASE_URL": postgres.url}
    path = made(site)
    with serving(site, log) as origin:
        browser = signed_in(origin, path)
        assert browser.post(f"{path}cells/A/grounding/", CELL) == 200
        postgres.stop()
        cell = {name.replace("A-", "B-"): value for name, value in CELL.items()}
        page = told(lambda: browser.post(f"{path}cells/B/grounding/", cell))
        assert "database cannot be reached" in page
        assert "database cannot be reached" in told(lambda: browser.get("/cases/"))
        with pytest.raises(urllib.error.HTTPError) as caught:
            browser.get("/api/studies/")
        assert b"cannot be reached" in caught.value.read()
        postgres.start()
        assert browser.post(f"{path}cells/B/grounding/", cell) == 200
    assert "outage: database down: POST" in log.read_text()
    is_whole(site, cells=2)


def test_a_full_disk_under_postgresql_has_its_page_and_loses_nothing(
    tmp_path: Path, log: Path
) -> None:
    """The log of the database cannot grow: it stops itself rather than lie."""
    with small_disk(megabytes=120) as disk:
        postgres = PostgresServer(disk.root, ["max_wal_size=32MB", "min_wal_size=32MB"])
        try:
            site = site_environment(tmp_path) | {"DATABASE_URL": postgres.url}
            path = made(site)
            with serving(site, log) as origin:
                browser = signed_in(origin, path)
                assert browser.post(f"{path}cells/A/grounding/", CELL) == 200
                writer = Writer(browser, path)
                with disk.full():
                    page = writer.until_refused()
                assert "is full" in page or "cannot be reached" in page
                postgres.restart_if_down()
                for _ in range(2):
                    assert writer.write() == 200
            assert "outage: " in log.read_text()
            is_whole(site, cells=1)
        finally:
            postgres.destroy()


def test_a_stopped_queue_and_cache_stop_signing_in_and_not_scoring(
    tmp_path: Path, log: Path
) -> None:
    redis = RedisServer()
    site = site_environment(tmp_path) | {"REDIS_URL": redis.url}
    try:
        path = made(site)
        with serving(site, log) as origin:
            browser = signed_in(origin, path)
            redis.stop()
            assert browser.post(f"{path}cells/A/grounding/", CELL) == 200
            assert "service that the site needs" in told(Browser(origin).log_in)
            redis.start()
            signed_in(origin, path)
        assert "outage: queue or cache down: POST account_login" in log.read_text()
        is_whole(site, cells=1)
    finally:
        redis.stop()


def test_a_database_with_an_expired_certificate_is_named_in_the_log(
    tmp_path: Path, log: Path
) -> None:
    pair = certificate_written(tmp_path, datetime.now(UTC) + timedelta(days=1))
    postgres = PostgresServer(tls=(pair.certificate, pair.key))
    strict = f"{postgres.url}?sslmode=verify-full&sslrootcert={pair.certificate}"
    site = site_environment(tmp_path) | {"DATABASE_URL": strict}
    try:
        path = made(site)
        with serving(site, log) as origin:
            signed_in(origin, path)
        ended = certificate_written(tmp_path, datetime.now(UTC) - timedelta(days=1))
        postgres.stop()
        postgres.renew(ended.certificate, ended.key)
        postgres.start()
        with serving(site, log) as origin:
            assert "database cannot be reached" in told(Browser(origin).log_in)
        written = log.read_text()
        assert "outage: database down" in written
        assert "certificate" in written
    finally:
        postgres.destroy()
