"""Fixtures for all tests: a separate clip store, and triggers that are restored."""

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

# Machines are shared, so a slow example is no failure; CI draws the same every time.
hypothesis_settings.register_profile(
    "shared", deadline=None, derandomize=bool(os.environ.get("CI"))
)
hypothesis_settings.load_profile("shared")

triggers = import_module("annotations.migrations._triggers")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep SQLite in a file, as in production: one connection per thread.

    In memory, the live server's threads would share one connection, and so one
    transaction.
    """
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(file)


@pytest.fixture(autouse=True)
def clip_store(settings: Settings, tmp_path: Path) -> Path:
    """Give each test an empty clip store and cheap password hashes."""
    settings.STATIC_ROOT = tmp_path
    settings.CLIP_STORE = tmp_path / "clips"
    # Its backend needs a request, which the test client's ``login`` does not have.
    settings.AXES_ENABLED = False
    settings.LEADS_NEED_MFA = True  # whatever a demo in this folder has set
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path / "clips"


def _flush_without_triggers(flush: Callable[[Any], None]) -> Callable[[Any], None]:
    """Flush without the triggers, which rightly refuse to delete events."""

    def teardown(case: Any) -> None:
        with connection.schema_editor() as editor:
            triggers.remove(editor)
        flush(case)
        with connection.schema_editor() as editor:
            triggers.install(editor)

    return teardown


@pytest.fixture(autouse=True, scope="session")
def flush_that_may_delete() -> Iterator[None]:
    """Let the teardown of transactional tests, and nothing else, delete events."""
    original = TransactionTestCase._fixture_teardown
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", _flush_without_triggers(original)
        )
        yield
