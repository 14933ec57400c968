"""The clip store: one folder per clip, written atomically, hashed, with provenance.

``<root>/<clip>/`` holds ``pose.npz``, ``features.json``, ``video.mp4`` (the
de-identified film, if there is one), ``privacy.json`` (what was covered in it),
``skeleton.mp4``, ``provenance.json``, and ``review/`` while a person's decision is due.
A reader never sees a half-written file: everything is written to a temporary file
beside it and renamed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import PoseSequence

_OWNER = "owner"  # locked by the process that owns the scratch folder

CLIP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


def check_clip_name(name: str) -> str:
    """Return ``name`` if it can be a folder's name; raise ``InputError`` otherwise."""
    if not CLIP_NAME.fullmatch(name):
        raise InputError(
            f"clip name {name!r} must be 1 to 120 letters, digits, '.', '_' or '-', "
            "beginning with a letter or digit"
        )
    return name


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that replaces it if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=".part-", suffix=path.suffix
    )
    os.close(handle)
    part = Path(name)
    part.chmod(0o640)  # mkstemp's 0600 would hide films from the web server's group
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A temporary folder beside the results, for files that nobody may see yet.

    It is deleted at the end; if its process was killed, by the next call.
    """
    parent.mkdir(parents=True, exist_ok=True)
    sweep_scratch(parent)
    with (
        tempfile.TemporaryDirectory(dir=parent, prefix=".part-") as name,
        Path(name, f".{_OWNER}").open("w") as owner,
    ):
        fcntl.flock(owner, fcntl.LOCK_EX)
        Path(owner.name).rename(Path(name, _OWNER))  # so it never exists unlocked
        yield Path(name)


def sweep_scratch(parent: Path) -> None:
    """Delete the scratch folders below ``parent`` whose process is gone.

    ``.deidentify-*`` are those of an earlier version, which had no owner file.
    """
    for folder in [*parent.glob(".part-*/"), *parent.glob(".deidentify-*/")]:
        try:
            with (folder / _OWNER).open("r+") as owner:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue  # its owner is running
        except FileNotFoundError:
            if folder.name.startswith(".part-"):
                continue  # somebody else's
        shutil.rmtree(folder, ignore_errors=True)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON atomically, keys sorted, readable."""
    with atomic_path(path) as part:
        part.write_text(
            json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n"
        )


@dataclass(frozen=True)
class ClipStore:
    """The files of all clips under one root."""

    root: Path

    def folder(self, clip: str) -> Path:
        return self.root / check_clip_name(clip)

    def pose_path(self, clip: str) -> Path:
        return self.folder(clip) / "pose.npz"

    def features_path(self, clip: str) -> Path:
        return self.folder(clip) / "features.json"

    def video_path(self, clip: str) -> Path:
        """The de-identified film; absent in skeleton-only mode."""
        return self.folder(clip) / "video.mp4"

    def skeleton_path(self, clip: str) -> Path:
        return self.folder(clip) / "skeleton.mp4"

    def privacy_path(self, clip: str) -> Path:
        """What was covered in each frame when the film was de-identified."""
        return self.folder(clip) / "privacy.json"

    def review_folder(self, clip: str) -> Path:
        """Cut-outs of possible faces, until a person has decided."""
        return self.folder(clip) / "review"

    def read_privacy(self, clip: str) -> dict[str, Any]:
        """What the last de-identification covered and doubted; empty if none ran."""
        path = self.privacy_path(clip)
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def provenance_path(self, clip: str) -> Path:
        return self.folder(clip) / "provenance.json"

    def write_pose(self, clip: str, pose: PoseSequence) -> None:
        with (
            atomic_path(self.pose_path(clip)) as part,
            part.open("wb") as file,
        ):
            np.savez_compressed(
                file,
                angles=pose.angles.astype(np.float32),
                fps=pose.fps,
                camera_frame=pose.camera_frame,
                source=pose.source,
                notes=np.array(pose.notes, dtype=str),
            )

    def read_pose(self, clip: str) -> PoseSequence:
        path = self.pose_path(clip)
        if not path.exists():
            raise InputError(
                f"clip {clip!r} has no pose in the store: run prepare_clips"
            )
        with np.load(path, allow_pickle=False) as stored:
            return PoseSequence(
                angles=stored["angles"],
                fps=float(stored["fps"]),
                camera_frame=bool(stored["camera_frame"]),
                source=str(stored["source"]),
                notes=tuple(str(note) for note in stored.get("notes", ())),
            )

    def read_features(self, clip: str) -> dict[str, Any]:
        """The clip's events and metrics, as ``gait_report --json`` prints them."""
        loaded: dict[str, Any] = json.loads(self.features_path(clip).read_text())
        return loaded

    def read_provenance(self, clip: str) -> dict[str, Any]:
        path = self.provenance_path(clip)
        if not path.exists():
            return {}
        loaded: dict[str, Any] = json.loads(path.read_text())
        return loaded

    def add_provenance(self, clip: str, **facts: Any) -> None:
        """Add facts (hashes, versions, parameters) to the clip's provenance file."""
        write_json(self.provenance_path(clip), {**self.read_provenance(clip), **facts})

    def shown_video(self, clip: str) -> Path:
        """The film that people and models may see: de-identified, else the skeleton.

        Raises
        ------
        InputError
            If neither has been made.
        """
        for path in (self.video_path(clip), self.skeleton_path(clip)):
            if path.exists():
                return path
        raise InputError(f"clip {clip!r} has no film to show: run prepare_clips")
