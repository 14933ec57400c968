"""A backup that is damaged, newer, or meets a site in use is refused in one sentence."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evalsite.recovery.manifest import NAME, manifest_read, manifest_write
from tests.drill_site import in_site
from tests.people import TOTP_SECRET
from tests.processes import ROOT, manage, site_environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    made = site_environment(tmp_path_factory.mktemp("site"))
    manage(made, "migrate", "-v0")
    in_site(made, "build")
    return made


@pytest.fixture(scope="module")
def good(site: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups") / "good"
    manage(site, "backup_site", str(folder))
    return folder


@pytest.fixture
def backup(good: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(good, tmp_path / "backup"))


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "empty").mkdir()
    return site_environment(tmp_path / "empty")


def run(site: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=site, capture_output=True, text=True, check=False,
    )  # fmt: skip


def refused(site: dict[str, str], *arguments: str, code: int = 2) -> str:
    """The one sentence of a refusal; no traceback."""
    done = run(site, *arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def names_left(site: dict[str, str]) -> set[str]:
    """What lies in a data folder beside what every start makes."""
    made = {"secret_key", "static", "site.sqlite3"}
    return {path.name for path in Path(site["BIOGAIT_VAR"]).iterdir()} - made


def is_empty(site: dict[str, str]) -> bool:
    file = Path(site["BIOGAIT_VAR"]) / "site.sqlite3"
    if not file.exists():
        return not names_left(site)
    tables = sqlite3.connect(file).execute("SELECT 1 FROM sqlite_master").fetchall()
    return not tables and not names_left(site)


def rewrite(backup: Path, change: Callable) -> None:  # type: ignore[type-arg]
    """A manifest that says something else, and is whole in itself."""
    manifest_write(change(manifest_read(backup)), backup)


def test_the_manifest_has_every_file_with_its_hash(good: Path) -> None:
    listed = {entry.path for entry in manifest_read(good).files}
    there = {p.relative_to(good).as_posix() for p in good.rglob("*") if p.is_file()}
    assert there - listed == {NAME}
    assert listed <= there


def test_a_backup_keeps_its_key_from_others(good: Path) -> None:
    assert (good / "keys" / "secret_key").stat().st_mode & 0o077 == 0
    assert good.stat().st_mode & 0o077 == 0


def test_a_flipped_bit_is_found(backup: Path, empty: dict[str, str]) -> None:
    film = next(backup.rglob("*.mp4"))
    broken = bytearray(film.read_bytes())
    broken[100] ^= 1
    film.write_bytes(broken)
    told = refused(empty, "restore_site", str(backup))
    assert film.name in told
    assert "damaged" in told
    assert is_empty(empty)


def test_a_missing_file_is_found(backup: Path, empty: dict[str, str]) -> None:
    (backup / "database" / "site.sqlite3").unlink()
    assert "missing" in refused(empty, "restore_site", str(backup))
    assert is_empty(empty)


def test_a_file_that_nobody_listed_is_found(
    backup: Path, empty: dict[str, str]
) -> None:
    (backup / "data" / "clips" / "more.mp4").write_bytes(b"x")
    assert "its manifest does not" in refused(empty, "restore_site", str(backup))


def test_a_changed_manifest_is_found(backup: Path, empty: dict[str, str]) -> None:
    path = backup / NAME
    facts = json.loads(path.read_text())
    facts["files"].pop()
    path.write_text(json.dumps(facts))
    assert "differs from its own" in refused(empty, "restore_site", str(backup))


def test_half_a_manifest_is_found(backup: Path, empty: dict[str, str]) -> None:
    path = backup / NAME
    path.write_text(path.read_text()[:500])
    assert "damaged" in refused(empty, "restore_site", str(backup))


def test_a_newer_schema_is_refused_by_name(backup: Path, empty: dict[str, str]) -> None:
    newer = ("annotations", "0999_of_next_year")
    rewrite(backup, lambda m: replace(m, migrations=(*m.migrations, newer)))
    told = refused(empty, "restore_site", str(backup))
    assert "annotations.0999_of_next_year" in told
    assert is_empty(empty)


def test_another_kind_of_database_is_refused(
    backup: Path, empty: dict[str, str]
) -> None:
    rewrite(backup, lambda m: replace(m, engine="postgresql"))
    assert "DATABASE_URL" in refused(empty, "restore_site", str(backup))


def test_another_key_is_refused(good: Path, empty: dict[str, str]) -> None:
    empty["SECRET_KEY"] = "another-key-of-another-site"
    told = refused(empty, "restore_site", str(good))
    assert "SECRET_KEY" in told
    assert is_empty(empty)


def test_a_site_in_use_is_never_overwritten(site: dict[str, str], good: Path) -> None:
    before = in_site(site, "look")
    assert "not empty" in refused(site, "restore_site", str(good))
    assert in_site(site, "look") == before


def test_media_without_a_database_are_never_overwritten(
    good: Path, empty: dict[str, str]
) -> None:
    film = Path(empty["BIOGAIT_VAR"]) / "clips" / "mine" / "video.mp4"
    film.parent.mkdir(parents=True)
    film.write_bytes(b"mine")
    assert "is there already" in refused(empty, "restore_site", str(good))
    assert film.read_bytes() == b"mine"


def test_a_folder_in_use_takes_no_backup(site: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert "not empty" in refused(site, "backup_site", str(tmp_path))
    inside = Path(site["BIOGAIT_VAR"]) / "backup"
    assert "data folder" in refused(site, "backup_site", str(inside))


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    site: dict[str, str], tmp_path: Path
) -> None:
    limit = f"ulimit -f 64; exec {sys.executable} manage.py backup_site {tmp_path}/full"
    done = subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; {limit}"],
        cwd=ROOT, env=site, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no backup was made, and nothing was left behind: site" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_backup_left_is_swept_away_by_the_next(
    site: dict[str, str], tmp_path: Path
) -> None:
    half = tmp_path / ".part-killed" / "monday" / "keys"
    half.mkdir(parents=True)
    (half / "secret_key").write_text("half a backup's")
    (tmp_path / ".part-killed" / "owner").touch()
    manage(site, "backup_site", str(tmp_path / "tuesday"))
    assert [path.name for path in tmp_path.iterdir()] == ["tuesday"]


def test_an_interrupted_restore_is_announced_and_swept_away_by_the_next(
    good: Path, empty: dict[str, str]
) -> None:
    """As SIGKILL between placing the files and loading the database leaves it."""
    folder = Path(empty["BIOGAIT_VAR"])
    shutil.copytree(good / "data" / "clips", folder / "clips")
    (folder / ".restoring").mkdir()
    (folder / ".restoring" / "placed.json").write_text('["clips"]')
    assert "evalsite.E001" in run(empty, "check").stderr
    manage(empty, "restore_site", str(good))
    assert in_site(empty, "look")["breaks"] == []
    assert run(empty, "check").returncode == 0


def test_a_restore_that_fails_half_way_leaves_nothing(
    backup: Path, empty: dict[str, str]
) -> None:
    """The database is whole by its hash, and broken inside: found after staging."""
    path = backup / "database" / "site.sqlite3"
    broken = bytearray(path.read_bytes())
    broken[8192:12288] = os.urandom(4096)
    path.write_bytes(broken)
    entry = next(e for e in manifest_read(backup).files if e.path.endswith("sqlite3"))
    now = replace(entry, sha256=hashlib.sha256(broken).hexdigest())
    rewrite(
        backup,
        lambda m: replace(m, files=tuple(now if e == entry else e for e in m.files)),
    )
    assert "damaged" in refused(empty, "restore_site", str(backup))
    assert is_empty(empty)


def test_a_film_that_is_not_as_sealed_is_noted(
    site: dict[str, str], good: Path, tmp_path: Path
) -> None:
    """The backup is made all the same: it says what the site itself lacks."""
    folder = tmp_path / "copy"
    shutil.copytree(site["BIOGAIT_VAR"], folder)
    there = site_environment(folder)
    film = next((folder / "clips").rglob("*.mp4"))
    film.write_bytes(b"other")
    done = run(there, "backup_site", str(tmp_path / "backup"))
    assert done.returncode == 0
    assert "differs from what its case was made with" in done.stderr


def test_a_database_in_a_folder_of_the_data_folder_is_backed_up_once_and_comes_back(
    site: dict[str, str], tmp_path: Path
) -> None:
    def with_folder(folder: Path) -> dict[str, str]:
        (folder / "db").mkdir(parents=True)
        return site_environment(folder, f"sqlite:///{folder / 'db' / 'live.sqlite3'}")

    there = with_folder(tmp_path / "copy")
    shutil.copytree(site["BIOGAIT_VAR"], tmp_path / "copy", dirs_exist_ok=True)
    live = tmp_path / "copy" / "db" / "live.sqlite3"
    (tmp_path / "copy" / "site.sqlite3").replace(live)
    live.with_name("live.sqlite3-journal").touch()
    manage(there, "backup_site", str(tmp_path / "backup"))
    assert not list((tmp_path / "backup" / "data").rglob("*sqlite3*"))
    assert "db/live.sqlite3" in manifest_read(tmp_path / "backup").left_out
    target = with_folder(tmp_path / "empty")
    manage(target, "restore_site", str(tmp_path / "backup"))
    assert in_site(target, "look") == in_site(there, "look")


def test_a_backup_without_its_key_needs_the_key_from_elsewhere(
    site: dict[str, str], empty: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "keyless"
    manage(site, "backup_site", str(folder), "--without-key")
    assert not (folder / "keys").exists()
    assert "SECRET_KEY" in refused(empty, "restore_site", str(folder))
    key = Path(site["BIOGAIT_VAR"]) / "secret_key"
    empty["SECRET_KEY_FILE"] = str(key)
    manage(empty, "restore_site", str(folder))
    assert in_site(empty, "look")["secret"] == TOTP_SECRET
