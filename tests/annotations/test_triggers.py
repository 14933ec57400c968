"""Every rule that the database keeps stands in the migrated database."""

from importlib import import_module

import pytest
from django.db import connection

triggers = import_module("annotations.migrations._triggers")


@pytest.mark.django_db
def test_no_migration_has_dropped_a_trigger() -> None:
    assert triggers.standing(connection) == triggers.rule_names()
