"""A backup's contents: every file with its hash, the schema, each study's log head."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from annotations.core.errors import StudyError
from annotations.core.proof.canonical import canonical

FORMAT = 1
NAME = "manifest.json"
# The subfolders of a backup.
DATA, KEYS, DATABASE = "data", "keys", "database"
SECRET_KEY = f"{KEYS}/secret_key"
BLOCK = 1 << 20


class RecoveryError(StudyError):
    """A backup or restore that cannot be made, in one sentence."""


@dataclass(frozen=True)
class FileEntry:
    """One file of the backup: its path below the folder, bytes, SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class StudyHead:
    """Length and head of one study's log; the restored database must have them."""

    id: str
    events: int
    head: str


@dataclass(frozen=True)
class DatabaseFacts:
    """What a snapshot of the database states about itself."""

    engine: str
    migrations: tuple[tuple[str, str], ...]
    studies: tuple[StudyHead, ...]
    films: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Manifest:
    """The backup's table of contents; ``key`` is a fingerprint, not the key."""

    made_at: str
    engine: str
    migrations: tuple[tuple[str, str], ...]
    studies: tuple[StudyHead, ...]
    key: str
    files: tuple[FileEntry, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)

    def below(self, room: str) -> list[FileEntry]:
        return [entry for entry in self.files if entry.path.startswith(f"{room}/")]

    @property
    def has_key(self) -> bool:
        return any(entry.path == SECRET_KEY for entry in self.files)


def key_fingerprint(key: str) -> str:
    """A fingerprint that distinguishes signing keys without revealing them."""
    return hmac.new(key.encode(), b"backup of the site", hashlib.sha256).hexdigest()


def manifest_write(manifest: Manifest, folder: Path) -> str:
    """Write the manifest with its own SHA-256; return the hash."""
    facts = {"format": FORMAT, **asdict(manifest)}
    own = _own_sha256(facts)
    text = json.dumps({**facts, "sha256": own}, indent=1, ensure_ascii=False)
    (folder / NAME).write_text(f"{text}\n", encoding="utf-8")
    return own


def _own_sha256(facts: Mapping[str, Any]) -> str:
    stored = json.loads(json.dumps(facts))
    return hashlib.sha256(canonical(stored)).hexdigest()


def manifest_read(folder: Path) -> Manifest:
    """Read a backup's manifest.

    Raises
    ------
    RecoveryError
        If there is none, it is damaged, or a later version of the site wrote it.
    """
    path = folder / NAME
    if not path.is_file():
        raise RecoveryError(f"{folder} is no backup: it has no {NAME}")
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        own = facts.pop("sha256")
        written = facts.pop("format")
        if written != FORMAT:
            raise RecoveryError(
                f"{path} has format {written}; this site reads format {FORMAT}"
            )
        if _own_sha256({"format": written, **facts}) != own:
            raise RecoveryError(f"{path} is damaged: it differs from its own SHA-256")
        return _manifest(facts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecoveryError(f"{path} is damaged: {error}") from error


def _manifest(facts: Mapping[str, Any]) -> Manifest:
    return Manifest(
        made_at=facts["made_at"],
        engine=facts["engine"],
        migrations=tuple((app, name) for app, name in facts["migrations"]),
        studies=tuple(StudyHead(**head) for head in facts["studies"]),
        key=facts["key"],
        files=tuple(FileEntry(**entry) for entry in facts["files"]),
        left_out=tuple(facts["left_out"]),
        notes=tuple(facts["notes"]),
    )


def files_check(manifest: Manifest, folder: Path) -> None:
    """Compare every file with its hash, and look for unlisted files.

    Raises
    ------
    RecoveryError
        Naming the first file that is missing, differs, or is not in the manifest.
    """
    listed = {entry.path for entry in manifest.files}
    for entry in manifest.files:
        path = folder / entry.path
        if not path.is_file():
            raise RecoveryError(f"the backup is damaged: {entry.path} is missing")
        if (path.stat().st_size, _sha256(path)) != (entry.size, entry.sha256):
            raise RecoveryError(
                f"the backup is damaged: {entry.path} differs from its SHA-256 "
                f"{entry.sha256}"
            )
    for path in _files_below(folder):
        name = path.relative_to(folder).as_posix()
        if name not in listed and name != NAME:
            raise RecoveryError(f"the backup holds {name}, which its manifest does not")


def _files_below(folder: Path) -> Iterable[Path]:
    return (path for path in sorted(folder.rglob("*")) if not path.is_dir())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
