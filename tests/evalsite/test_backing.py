"""What an address of a database turns into."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from evalsite.backing import NO_SEEKS, database

POSTGRES = "postgres://site:word@db.example.org/site"


def test_postgresql_is_told_that_its_disk_has_no_arm(tmp_path: Path) -> None:
    assert database(POSTGRES, tmp_path)["OPTIONS"] == {"options": NO_SEEKS}


def test_what_the_address_says_itself_is_kept(tmp_path: Path) -> None:
    secure = database(f"{POSTGRES}?sslmode=verify-full", tmp_path)
    assert secure["OPTIONS"] == {"options": NO_SEEKS, "sslmode": "verify-full"}
    own = database(f"{POSTGRES}?options=-c%20random_page_cost%3D4", tmp_path)
    assert own["OPTIONS"] == {"options": "-c random_page_cost=4"}


def test_without_an_address_it_is_sqlite_synced_at_each_commit(tmp_path: Path) -> None:
    found = database("", tmp_path)
    assert found["NAME"] == str(tmp_path / "db.sqlite3")
    assert "synchronous=FULL" in found["OPTIONS"]["init_command"]


def test_another_scheme_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database("oracle-of-delphi://db/site", tmp_path)
