"""Making a backup while the site runs.

1. The database is copied first, as one snapshot.
2. The files follow: every file that the snapshot refers to was complete on disk before,
   and files are only ever renamed into place, so each copy is of one version.
3. The manifest comes last, and the folder gets its name only once all of it is on disk:
   an interrupted backup does not count, and the next one in the same place deletes its
   remains.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from evalsite.recovery import postgresql, sqlite
from evalsite.recovery.copying import (
    file_copy,
    file_entry,
    files_of,
    folders_sync,
)
from evalsite.recovery.manifest import (
    DATA,
    SECRET_KEY,
    DatabaseFacts,
    FileEntry,
    Manifest,
    RecoveryError,
    key_fingerprint,
    manifest_write,
)
from gaitmodel import shelf
from gaitmodel.core.store import scratch_folder
from gaitmodel.models import Clip

DUMPS: dict[str, Callable[[Path], DatabaseFacts]] = {
    "sqlite": sqlite.dump,
    "postgresql": postgresql.dump,
}
FILES = {"sqlite": sqlite.FILE, "postgresql": postgresql.FILE}


def site_backup(target: Path, *, with_key: bool = True) -> tuple[Manifest, str]:
    """Back the site up into ``target``; returns the manifest and its SHA-256.

    Raises
    ------
    RecoveryError
        If the target is in use or inside the data folder, or the database is of a kind
        that cannot be backed up.
    """
    target = target.resolve()
    _check_target(target)
    engine = connection.vendor
    if engine not in DUMPS:
        raise RecoveryError(f"no backup is written for {engine}")
    with scratch_folder(target.parent) as scratch:
        part = scratch / target.name
        part.mkdir(mode=0o700)
        facts = DUMPS[engine](part)
        _clips_fetched()
        files = [file_entry(part / FILES[engine], FILES[engine]), *_data_copied(part)]
        if with_key:
            files.append(_key_written(part))
        manifest = Manifest(
            made_at=timezone.now().isoformat(timespec="seconds"),
            engine=engine,
            migrations=facts.migrations,
            studies=facts.studies,
            key=key_fingerprint(settings.SECRET_KEY),
            files=tuple(files),
            left_out=tuple(sorted(_left_out() | _database_names())),
            notes=tuple(_notes(facts, files)),
        )
        own = manifest_write(manifest, part)
        file_entry(part / "manifest.json", "")
        folders_sync(part)
        part.replace(target)  # which does not exist or is an empty folder
    return manifest, own


def _check_target(target: Path) -> None:
    if target.is_relative_to(settings.VAR_DIR):
        raise RecoveryError(f"{target} lies in the data folder that is backed up")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RecoveryError(
            f"{target} is not empty: a backup needs a folder of its own"
        )


def _left_out() -> frozenset[str]:
    """Entries of the data folder that can be rebuilt or are backed up separately."""
    rooms = (settings.STATIC_ROOT, settings.FEATURE_CACHE, settings.BACKBONE_DIR)
    return frozenset({Path(room).name for room in rooms} | {"secret_key", ".restoring"})


def _database_files() -> frozenset[Path]:
    """The live SQLite file and its companions, which the snapshot replaces."""
    if connection.vendor != "sqlite":
        return frozenset()
    path = Path(str(connection.settings_dict["NAME"])).resolve()
    beside = ("", "-wal", "-shm", "-journal")
    return frozenset(path.with_name(path.name + end) for end in beside)


def _database_names() -> frozenset[str]:
    root = Path(settings.VAR_DIR)
    inside = (path for path in _database_files() if path.is_relative_to(root))
    return frozenset(path.relative_to(root).as_posix() for path in inside)


def _clips_fetched() -> None:
    """If clips are kept in a bucket, synchronise this host's copies of all of them."""
    if shelf.is_remote():
        for name in Clip.objects.values_list("name", flat=True):
            shelf.fetch(name)


def _data_copied(part: Path) -> list[FileEntry]:
    entries = []
    root = Path(settings.VAR_DIR)
    for path in files_of(root, _left_out(), _database_files()):
        name = f"{DATA}/{path.relative_to(root).as_posix()}"
        try:
            mode = path.stat().st_mode & 0o777
            entries.append(file_copy(path, part / name, name, mode=mode))
        except FileNotFoundError:
            continue  # removed since it was listed: no row of the snapshot needs it
    return entries


def _key_written(part: Path) -> FileEntry:
    path = part / SECRET_KEY
    path.parent.mkdir(mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(settings.SECRET_KEY)
    return file_entry(path, SECRET_KEY)


def _notes(facts: DatabaseFacts, files: list[FileEntry]) -> list[str]:
    """Films that the database names but the backup lacks, or has not as sealed."""
    store = Path(settings.CLIP_STORE)
    if not store.is_relative_to(settings.VAR_DIR):
        return [f"the clip store {store} lies outside the data folder"]
    prefix = f"{DATA}/{store.relative_to(settings.VAR_DIR).as_posix()}/"
    copied = {
        entry.path.removeprefix(prefix): entry.sha256
        for entry in files
        if entry.path.startswith(prefix)
    }
    notes = []
    for film, sha256 in facts.films:
        if film not in copied:
            notes.append(f"film {film} of a case is missing")
        elif copied[film] != sha256:
            notes.append(f"film {film} differs from what its case was made with")
    return notes
