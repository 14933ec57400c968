"""Find a source's films and poses in local folders, by clip name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gaitmodel.core.errors import InputError
from gaitmodel.core.taxonomy import GaitClass

VIDEO_SUFFIXES: Final = frozenset({".mp4", ".mov", ".avi", ".mkv", ".webm"})
POSE_SUFFIXES: Final = frozenset({".npy", ".mot"})
_ESTIMATOR_PREFIX: Final = "HSMR-"


@dataclass(frozen=True)
class SourceOptions:
    """What a person adds to a source: folders of films and poses, a label, a rate.

    Without folders, films and poses are looked up beside the source itself.
    """

    videos: Path | None = None
    poses: Path | None = None
    label: GaitClass | None = None
    fps: float | None = None


NO_OPTIONS: Final = SourceOptions()


def files_by_stem(folder: Path, suffixes: Iterable[str]) -> dict[str, Path]:
    """Every file below ``folder`` with one of the suffixes, by its name without it.

    HSMR's prefix to a film's name is dropped.

    Raises
    ------
    InputError
        If there is no such folder, or two files share a name.
    """
    if not folder.is_dir():
        raise InputError(f"{folder.name}: no such folder")
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in suffixes or not path.is_file():
            continue
        stem = path.stem.removeprefix(_ESTIMATOR_PREFIX)
        if stem in found:
            raise InputError(
                f"{folder.name}: two files are named {stem!r}: {found[stem].name} "
                f"and {path.name}"
            )
        found[stem] = path
    return found
