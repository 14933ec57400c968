"""Settings from the environment refuse nonsense."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from evalsite.environment import env_number


def test_a_number_within_bounds_is_taken(monkeypatch) -> None:
    assert env_number("IDLE", 15, range(1, 31)) == 15
    monkeypatch.setenv("IDLE", "30")
    assert env_number("IDLE", 15, range(1, 31)) == 30


@pytest.mark.parametrize("text", ["0", "31", "-5", "ten", "1.5"])
def test_another_is_refused(monkeypatch, text) -> None:
    monkeypatch.setenv("IDLE", text)
    with pytest.raises(ImproperlyConfigured, match="IDLE is 1 to 30, not"):
        env_number("IDLE", 15, range(1, 31))
