"""Restore a backup into an empty site, all or nothing.

1. Check manifest, every hash, schema, engine, key, an empty target; write nothing.
2. Stage: copy the files into ``.restoring`` of the data folder, hashing what is copied.
3. Place: record which names are about to appear, and rename them into place.
4. Load the database in one step (a rename, or one transaction). Until that step there
   is no database, and the next restore removes the remains of an interrupted one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from evalsite.recovery import postgresql, sqlite
from evalsite.recovery.copying import file_copy, folders_sync
from evalsite.recovery.facts import database_facts
from evalsite.recovery.manifest import (
    DATA,
    SECRET_KEY,
    DatabaseFacts,
    Manifest,
    RecoveryError,
    files_check,
    key_fingerprint,
    manifest_read,
)
from gaitmodel import shelf

STAGING = ".restoring"
PLACED = "placed.json"


class Loader(Protocol):
    """Fills one kind of database."""

    def is_target_empty(self) -> bool: ...
    def prepare(self) -> None: ...
    def load(self) -> None: ...
    def clean(self) -> None: ...


def site_restore(source: Path) -> Manifest:
    """Restore the backup in ``source`` into this site, which must be empty.

    Raises
    ------
    RecoveryError
        If the backup is damaged or newer than this code, the target is not empty, or
        the restored database differs from the manifest.
    """
    manifest = backup_check(source)
    loader = _loader(manifest, source)
    _check_database_empty(loader)
    _sweep()
    _check_folder_empty(manifest)
    with _staged(manifest, source) as stage:
        try:
            loader.prepare()
            with _placed(stage):
                loader.load()
        finally:
            loader.clean()
    _check_arrived(manifest)
    clips_shelved()
    return manifest


def backup_check(source: Path) -> Manifest:
    """Check everything about a backup that can be checked without writing."""
    manifest = manifest_read(source)
    files_check(manifest, source)
    _check_schema(manifest)
    if manifest.engine != connection.vendor:
        raise RecoveryError(
            f"the backup is of {manifest.engine}, and this site's database is "
            f"{connection.vendor}: set DATABASE_URL"
        )
    _check_key(manifest, source)
    return manifest


def is_older_schema(manifest: Manifest) -> bool:
    """Whether this code has migrations that the backup's database lacks."""
    return bool(_known_migrations() - set(manifest.migrations))


def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _check_schema(manifest: Manifest) -> None:
    newer = sorted(set(manifest.migrations) - _known_migrations())
    if newer:
        app, name = newer[-1]
        raise RecoveryError(
            "the backup's schema is newer than this code, which does not know "
            f"migration {app}.{name}: install the version that made it"
        )


def _key_is_in_folder() -> bool:
    path = Path(settings.VAR_DIR) / "secret_key"
    return path.is_file() and path.read_text().strip() == settings.SECRET_KEY


def _brings_key(manifest: Manifest) -> bool:
    """Whether the backup's key replaces the one just made for an empty site."""
    return key_fingerprint(settings.SECRET_KEY) != manifest.key


def _check_key(manifest: Manifest, source: Path) -> None:
    if not _brings_key(manifest) or (manifest.has_key and _key_is_in_folder()):
        return
    where = f" (it lies in {source / SECRET_KEY})" if manifest.has_key else ""
    raise RecoveryError(
        "the site's SECRET_KEY is not the backup's, and second factors cannot be read "
        f"without that: set SECRET_KEY_FILE to it{where}"
    )


def _loader(manifest: Manifest, source: Path) -> Loader:
    if manifest.engine == "sqlite":
        return sqlite.Loader(source)
    return postgresql.Loader(source)


def _check_database_empty(loader: Loader) -> None:
    if not loader.is_target_empty():
        raise RecoveryError(
            f"the database {connection.settings_dict['NAME']} is not empty: restore "
            "into a new one"
        )


def _names(manifest: Manifest) -> list[str]:
    """First-level entries of the data folder that the backup contains."""
    return sorted({entry.path.split("/")[1] for entry in manifest.below(DATA)})


def _check_folder_empty(manifest: Manifest) -> None:
    rooms = {Path(settings.CLIP_STORE).name, Path(settings.CHECKPOINT_DIR).name}
    for name in sorted({*_names(manifest), *rooms}):
        path = Path(settings.VAR_DIR) / name
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            raise RecoveryError(
                f"{path} is there already: restore into an empty folder"
            )


def _sweep() -> None:
    """Delete the remains of an interrupted restore, whose database was never loaded."""
    stage = Path(settings.VAR_DIR) / STAGING
    note = stage / PLACED
    for name in json.loads(note.read_text()) if note.exists() else []:
        _remove(Path(settings.VAR_DIR) / name)
    _remove(stage)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _staged(manifest: Manifest, source: Path) -> Iterator[Path]:
    """Copies of all files in a staging folder, each checked against its hash again."""
    stage = Path(settings.VAR_DIR) / STAGING
    try:
        for entry in manifest.below(DATA):
            inside = entry.path.removeprefix(f"{DATA}/")
            origin = source / entry.path
            mode = origin.stat().st_mode & 0o777
            copied = file_copy(origin, stage / DATA / inside, entry.path, mode=mode)
            if copied != entry:
                raise RecoveryError(f"{entry.path} changed while it was restored")
        if _brings_key(manifest):
            file_copy(source / SECRET_KEY, stage / DATA / "secret_key", "", mode=0o600)
        stage.mkdir(exist_ok=True)
        folders_sync(stage)
        yield stage
    finally:
        _remove(stage)


@contextmanager
def _placed(stage: Path) -> Iterator[None]:
    """Rename everything into place; undo this if the block fails."""
    data, root = stage / DATA, Path(settings.VAR_DIR)
    names = sorted(path.name for path in data.iterdir()) if data.exists() else []
    kept = [name for name in names if name != "secret_key"]
    (stage / PLACED).write_text(json.dumps(kept))
    folders_sync(stage)
    old_key = root / "secret_key"
    before = old_key.read_text() if old_key.exists() else None
    try:
        for name in names:
            (data / name).replace(root / name)
        yield
    except BaseException:
        for name in kept:
            _remove(root / name)
        if before is not None:
            old_key.write_text(before)
        raise


def _check_arrived(manifest: Manifest) -> None:
    """Check that the restored database is the one that the manifest describes."""
    now = facts_now()
    if (now.migrations, now.studies) != (manifest.migrations, manifest.studies):
        raise RecoveryError(
            "the restored database differs from the manifest: do not use it, and "
            "look at the backup"
        )


def clips_shelved() -> None:
    """If clips are kept in a bucket, upload every restored clip.

    The site is complete by then: if the bucket fails, nothing is undone, and
    ``restore_site --shelve`` repeats only this step.
    """
    store = Path(settings.CLIP_STORE)
    if shelf.is_remote() and store.is_dir():
        for folder in sorted(path for path in store.iterdir() if path.is_dir()):
            shelf.upload(folder.name)


def facts_now() -> DatabaseFacts:
    """The facts of the site's current database."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return database_facts(connection.vendor, tables, cursor)
