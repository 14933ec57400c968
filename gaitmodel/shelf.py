"""Storage of the clips' files for all hosts: on this disk, or in an S3 bucket.

With ``MEDIA_STORAGE=s3`` the clip store on each host's disk mirrors the bucket: results
of preparation are uploaded, and before a clip is read its copy is synchronised by the
bucket's ETags. Raters' films are read from the bucket in ranges.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.files.storage import storages
from django.utils.module_loading import import_string

from gaitmodel.core.store import atomic_path, check_clip_name, write_json

BLOCK_BYTES = 1 << 16
SIGNED_S = 60
TAGS = ".shelf.json"  # the bucket's ETags of the copies in a clip's folder


class Film(Protocol):
    """A film's bytes, wherever they are stored."""

    @property
    def size(self) -> int:
        """In bytes."""

    def blocks(self, part: range) -> Iterator[bytes]:
        """The bytes in ``part``, in blocks."""

    def accelerated(self) -> str:
        """Its address below nginx's internal location."""


@dataclass(frozen=True)
class FilmOnDisk:
    """A film in the clip store of this host."""

    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def blocks(self, part: range) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(part.start)
            left = len(part)
            while left and (block := file.read(min(left, BLOCK_BYTES))):
                left -= len(block)
                yield block

    def accelerated(self) -> str:
        return quote(str(self.path.relative_to(settings.CLIP_STORE)))


@dataclass(frozen=True)
class FilmInBucket:
    """A film in the bucket; nothing of it is kept on this host."""

    key: str
    stored_size: int

    @property
    def size(self) -> int:
        return self.stored_size

    def blocks(self, part: range) -> Iterator[bytes]:
        if not part:
            return
        wanted = f"bytes={part.start}-{part.stop - 1}"
        body = _bucket().Object(self.key).get(Range=wanted)["Body"]
        yield from body.iter_chunks(BLOCK_BYTES)

    def accelerated(self) -> str:
        """A URL signed for a minute, so that only nginx can read it."""
        storage: Any = storages["clips"]
        signed = urlsplit(storage.url(self.key, expire=SIGNED_S))
        return f"{signed.path.lstrip('/')}?{signed.query}"


def film(relative: str) -> Film | None:
    """The film at a path of the clip store, or None."""
    if not is_remote():
        path = Path(settings.CLIP_STORE) / relative
        return FilmOnDisk(path) if path.is_file() else None
    storage = storages["clips"]
    return (
        FilmInBucket(relative, storage.size(relative))
        if storage.exists(relative)
        else None
    )


def is_remote() -> bool:
    """Whether the clips are kept in a bucket."""
    return bool(settings.MEDIA_STORAGE == "s3")


def fetch(clip: str) -> Path:
    """Synchronise this host's copy of a clip; returns its folder."""
    folder = Path(settings.CLIP_STORE) / check_clip_name(clip)
    if not is_remote():
        return folder
    kept, tags = _tags(folder), _listed(clip)
    for name, tag in tags.items():
        path = folder / name
        if kept.get(name) != tag or not path.exists():
            with atomic_path(path) as part:
                _bucket().download_file(f"{clip}/{name}", str(part))
    for name in kept.keys() - tags.keys():
        (folder / name).unlink(missing_ok=True)
    if tags != kept:
        write_json(folder / TAGS, tags)
    return folder


def upload(clip: str) -> None:
    """Upload a clip's files to the bucket and delete those that are gone here."""
    if not is_remote():
        return
    folder = Path(settings.CLIP_STORE) / check_clip_name(clip)
    here = {
        name: folder / name
        for name in sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
        if (folder / name).is_file() and not f"/{name}".count("/.")
    }
    for name, path in here.items():
        _bucket().upload_file(str(path), f"{clip}/{name}")
    for name in _listed(clip).keys() - here.keys():
        _bucket().Object(f"{clip}/{name}").delete()
    write_json(folder / TAGS, _listed(clip))


def erase(clip: str) -> None:
    """Delete a clip's files here and in the bucket; copies on other hosts stay."""
    shutil.rmtree(Path(settings.CLIP_STORE) / check_clip_name(clip), ignore_errors=True)
    if is_remote():
        for name in _listed(clip):
            _bucket().Object(f"{clip}/{name}").delete()


def problem() -> str:
    """Why the bucket is not writable; empty if it is, or if there is none."""
    if not is_remote():
        return ""
    try:
        _bucket().put_object(Key=".probe", Body=b"0")
    except _faults() as error:
        return f"the bucket cannot be written ({type(error).__name__})"
    return ""


def _faults() -> tuple[type[Exception], ...]:
    """The errors that boto3 raises; loaded only where there is a bucket."""
    names = ("BotoCoreError", "ClientError")
    return tuple(import_string(f"botocore.exceptions.{name}") for name in names)


def _bucket() -> Any:
    return storages["clips"].bucket  # type: ignore[attr-defined]


def _listed(clip: str) -> dict[str, str]:
    """The bucket's ETag of each of a clip's files."""
    prefix = f"{clip}/"
    return {
        one.key.removeprefix(prefix): one.e_tag
        for one in _bucket().objects.filter(Prefix=prefix)
    }


def _tags(folder: Path) -> dict[str, str]:
    path = folder / TAGS
    return dict(json.loads(path.read_text())) if path.exists() else {}
