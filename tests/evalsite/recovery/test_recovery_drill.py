"""The drill: a site in use is backed up, destroyed to the last file, and comes back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evalsite.recovery.copying import file_entry
from evalsite.recovery.manifest import manifest_read, manifest_write
from tests.annotations.test_crash import Load, server
from tests.drill_site import in_site
from tests.people import TOTP_SECRET
from tests.processes import ROOT, manage, site_environment
from tests.servers import PostgresServer

pytestmark = [pytest.mark.slow, pytest.mark.operations]


class Place:
    """A data folder and a database, either of which can be lost for good."""

    def __init__(self, folder: Path, *, own_server: bool) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.server = PostgresServer() if own_server else None

    @property
    def site(self) -> dict[str, str]:
        environment = site_environment(self.folder)
        if self.server:
            environment["DATABASE_URL"] = self.server.url
        return environment

    def destroy(self) -> None:
        shutil.rmtree(self.folder)
        if self.server:
            self.server.destroy()


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Place]]:
    """The site that will be destroyed, and where it comes back."""
    on_server = request.param == "postgresql"
    found = [Place(tmp_path / name, own_server=on_server) for name in ("old", "new")]
    yield found
    for place in found:
        if place.folder.exists():
            place.destroy()


def test_a_destroyed_site_comes_back_with_the_same_report_and_a_valid_chain(
    places: list[Place], tmp_path: Path
) -> None:
    old, new = places
    manage(old.site, "migrate", "-v0")
    case = str(in_site(old.site, "build")["case"])
    before = in_site(old.site, "look")
    backup = tmp_path / "backup"

    load = Load(case)
    with server(old.site) as origin:
        load.start(origin, enough=3)
        sure = dict(load.acknowledged)
        said = manage(old.site, "backup_site", str(backup))
        load.end(enough=3)
    assert "2 studies" in said
    old.destroy()

    assert "files whole" in manage(new.site, "restore_site", str(backup), "--check")
    said = manage(new.site, "restore_site", str(backup))
    assert "Closed: holds" in said
    assert "Open: holds" in said
    after = in_site(new.site, "look")
    assert after["report"] == before["report"]
    assert after["breaks"] == []
    assert after["triggers"] is True
    assert after["secret"] == TOTP_SECRET
    cells = after["cells"]
    assert isinstance(cells, dict)
    assert {cell: cells.get(cell) for cell in sure} == sure

    # The restored site is in service: what the backup missed is scored again.
    again = Load(case)
    with server(new.site) as origin:
        browser, left = again.check_shown(origin)
        assert len(left) == 12 - len(cells)
        assert browser.get(f"/cases/{case}/")


def test_two_backups_of_a_quiet_site_hold_the_same_files(tmp_path: Path) -> None:
    place = Place(tmp_path / "site", own_server=False)
    manage(place.site, "migrate", "-v0")
    in_site(place.site, "build")
    made = [tmp_path / "one", tmp_path / "two"]
    threads = [
        threading.Thread(target=manage, args=(place.site, "backup_site", str(folder)))
        for folder in made
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one, two = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.mp4")}
        for folder in made
    )
    assert len(one) == 8
    assert one == two


def test_a_dump_that_breaks_off_leaves_an_empty_server_and_folder(
    tmp_path: Path,
) -> None:
    """Whole by its hash and broken inside: found while it is loaded."""
    place = Place(tmp_path / "site", own_server=True)
    other = Place(tmp_path / "other", own_server=True)
    try:
        manage(place.site, "migrate", "-v0")
        in_site(place.site, "build")
        backup = tmp_path / "backup"
        manage(place.site, "backup_site", str(backup))
        dump = backup / "database" / "site.dump"
        whole = dump.read_bytes()
        dump.write_bytes(whole[: len(whole) * 3 // 4])
        manifest = manifest_read(backup)
        told_otherwise = tuple(
            file_entry(dump, entry.path) if entry.path.endswith("dump") else entry
            for entry in manifest.files
        )
        manifest_write(replace(manifest, files=told_otherwise), backup)
        done = subprocess.run(
            [sys.executable, "manage.py", "restore_site", str(backup)],
            cwd=ROOT, env=other.site, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert "pg_restore failed" in done.stderr
        assert not (other.folder / "clips").exists()
        assert not (other.folder / ".restoring").exists()
        dump.write_bytes(whole)
        manifest_write(manifest, backup)
        manage(other.site, "restore_site", str(backup))
        assert in_site(other.site, "look")["breaks"] == []
    finally:
        place.destroy()
        other.destroy()
