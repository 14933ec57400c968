"""Data written under every released schema come forward whole, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.processes import ROOT, site_environment
from tests.servers import PostgresServer

pytestmark = [pytest.mark.slow, pytest.mark.operations]


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    site = site_environment(tmp_path_factory.mktemp("schemas"))
    server = PostgresServer() if request.param == "postgresql" else None
    if server:
        site["DATABASE_URL"] = server.url
    done = subprocess.run(
        [sys.executable, "-m", "tests.schemas"],
        cwd=ROOT, env=site, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if server:
        server.destroy()
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_migration_of_ours_was_a_schema(found: list[dict[str, Any]]) -> None:
    tried = {schema["schema"][0] for schema in found}
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {
        f"{app}.{name}"
        for app, name in loader.disk_migrations
        if app in ("annotations", "gaitmodel")
    }
    assert tried == ours


def test_no_row_is_lost_or_changed(found: list[dict[str, Any]]) -> None:
    assert {
        schema["schema"][0]: schema["lost"] for schema in found if schema["lost"]
    } == {}
    assert all(schema["rows"] > 20 for schema in found)


def test_every_trigger_stands_afterwards(found: list[dict[str, Any]]) -> None:
    assert all(schema["missing_triggers"] == [] for schema in found)


def test_seal_seed_films_and_chain_hold_afterwards(found: list[dict[str, Any]]) -> None:
    assert {s["schema"][0]: s["breaks"] for s in found if s["breaks"]} == {}
    assert {
        s["schema"][0]: s["verified_after"] for s in found if s["verified_after"]
    } == {}


def test_an_open_study_goes_on_and_a_locked_one_stays_locked(
    found: list[dict[str, Any]],
) -> None:
    with_studies = [schema for schema in found if "open" in schema]
    assert len(with_studies) == len(found) - 1  # the model room's first had none yet
    assert all(schema["open"] == [3, 1] for schema in with_studies)
    assert all("the study is locked" in schema["locked"] for schema in with_studies)
