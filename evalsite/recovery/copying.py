"""Copy files durably (fsync), hashing the bytes that were copied."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from evalsite.recovery.manifest import BLOCK, FileEntry

# Prefix of the stores' unfinished files and folders, renamed into place when complete.
UNFINISHED = ".part-"


def file_copy(source: Path, target: Path, name: str, *, mode: int) -> FileEntry:
    """Copy one file, hashing what was read, and wait until it is on disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as read, target.open("xb") as written:
        os.fchmod(written.fileno(), mode)
        while block := read.read(BLOCK):
            digest.update(block)
            size += len(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return FileEntry(name, size, digest.hexdigest())


def file_entry(path: Path, name: str) -> FileEntry:
    """The entry of a file written into the backup by other code."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return FileEntry(name, path.stat().st_size, digest)


def files_of(
    folder: Path, left_out: frozenset[str], but: frozenset[Path] = frozenset()
) -> Iterator[Path]:
    """Every complete file below ``folder``, at any depth, except those in ``but``.

    ``left_out`` names entries of its first level to skip.

    Symbolic links are followed, as a data folder may be on another disk.
    """
    for entry in sorted(folder.iterdir()):
        if entry.name in left_out:
            continue
        found = _files_below(entry) if entry.is_dir() else filter(_is_whole, [entry])
        yield from (path for path in found if path.resolve() not in but)


def _files_below(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(f for f in folders if not f.startswith(UNFINISHED))
        yield from (
            path for name in sorted(names) if _is_whole(path := Path(root, name))
        )


def _is_whole(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(UNFINISHED)


def folders_sync(root: Path) -> None:
    """Wait until the files' names, not only their bytes, are on disk."""
    for folder, _, _ in os.walk(root):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
