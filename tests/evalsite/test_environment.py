"""Settings from the environment refuse nonsense."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from evalsite.environment import env_number, file_made, folder_made


def test_a_number_within_bounds_is_taken(monkeypatch) -> None:
    assert env_number("IDLE", 15, range(1, 31)) == 15
    monkeypatch.setenv("IDLE", "30")
    assert env_number("IDLE", 15, range(1, 31)) == 30


@pytest.mark.parametrize("text", ["0", "31", "-5", "ten", "1.5"])
def test_another_is_refused(monkeypatch, text) -> None:
    monkeypatch.setenv("IDLE", text)
    with pytest.raises(ImproperlyConfigured, match="IDLE is 1 to 30, not"):
        env_number("IDLE", 15, range(1, 31))


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ImproperlyConfigured, match="cannot be made.*BIOGAIT_VAR"):
        folder_made(tmp_path / "file" / "var")


def test_a_secret_is_written_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    file_made(tmp_path / "secret_key", "s3cret")
    assert (tmp_path / "secret_key").read_text() == "s3cret"
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    with pytest.raises(ImproperlyConfigured, match="secret_key cannot be made"):
        file_made(tmp_path / "nowhere" / "secret_key", "s3cret")
