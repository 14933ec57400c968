"""Our own manifest: a CSV of clips with their subject, label, video and/or pose.

Columns ``clip, subject, label`` and ``video`` and/or ``pose`` (paths relative to the
file); optionally ``source, fps, split``. Other columns are reported and ignored.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gaitmodel.core.errors import InputError
from gaitmodel.core.pose.load import check_fps
from gaitmodel.core.records import ClipRef, Split
from gaitmodel.core.sources.local_files import NO_OPTIONS, SourceOptions
from gaitmodel.core.sources.splits import check_disjoint
from gaitmodel.core.store import check_clip_name
from gaitmodel.core.taxonomy import gait_class

_REQUIRED: Final = ("clip", "subject", "label")
_FILES: Final = ("video", "pose")
_KNOWN: Final = (*_REQUIRED, *_FILES, "source", "fps", "split")


@dataclass(frozen=True)
class Manifest:
    """A source's clips in file order, its unused columns, and what was left out."""

    clips: tuple[ClipRef, ...]
    ignored_columns: tuple[str, ...]
    note: str = ""


def read_manifest(path: Path, options: SourceOptions = NO_OPTIONS) -> Manifest:
    """Read and check a manifest, all or nothing.

    Its columns say everything, so it takes none of the options.

    Raises
    ------
    InputError
        One sentence with the file, the line, the rule and the value: a missing file
        or column, no row, an unknown label, a duplicate or unusable clip name, a clip
        without video and pose, a bad fps or split, a subject in two splits.
    """
    if options != NO_OPTIONS:
        raise InputError(
            f"{path.name}: a manifest names its files, labels and rates itself: "
            "--videos, --poses, --label and --fps are for other sources"
        )
    columns = _columns(path)
    clips: list[ClipRef] = []
    lines: dict[str, int] = {}
    for line, row in _rows(path):
        try:
            clip = _clip(row, path.parent)
            if clip.clip in lines:
                raise InputError(
                    f"clip {clip.clip!r} is named already in line {lines[clip.clip]}"
                )
        except InputError as error:
            raise InputError(f"{path.name}, line {line}: {error}") from error
        lines[clip.clip] = line
        clips.append(clip)
    if not clips:
        raise InputError(f"{path.name} names no clip: it has a header and no row")
    try:
        check_disjoint(clips)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error
    ignored = tuple(name for name in columns if name not in _KNOWN)
    return Manifest(tuple(clips), ignored)


def _columns(path: Path) -> list[str]:
    """The names of the columns, checked."""
    if not path.is_file():
        raise InputError(f"{path.name}: no such manifest file")
    with _opened(path) as reader:
        columns = list(reader.fieldnames or [])
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        told = separator_told(columns)
        raise InputError(f"{path.name} has no column {missing[0]!r}{told}")
    if not any(name in columns for name in _FILES):
        raise InputError(f"{path.name} has neither a column 'video' nor 'pose'")
    if len(set(columns)) < len(columns):
        raise InputError(f"{path.name} names a column twice: {', '.join(columns)}")
    return columns


def separator_told(columns: Sequence[str]) -> str:
    """The likely reason for a one-column header: another separator."""
    for separator in (";", "\t"):
        if len(columns) == 1 and separator in columns[0]:
            return f": its cells must be separated by commas, not by {separator!r}"
    return ""


def refuse_more_cells(
    where: str, row: Mapping[str, str | list[str] | None], columns: int
) -> None:
    """Refuse extra cells: an unquoted comma in a name or number shifts the others."""
    beyond = row.get(None) or []  # type: ignore[call-overload]
    if more := [cell for cell in beyond if cell.strip()]:
        raise InputError(
            f"{where}: {columns} cells expected, but {more[0]!r} is one more: put a cell "
            "with a comma in quotes, and write numbers with a point"
        )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line number (the header is line 1), read lazily."""
    with _opened(path) as reader:
        columns = len(reader.fieldnames or [])
        for row in reader:
            refuse_more_cells(f"{path.name}, line {reader.line_num}", row, columns)
            yield reader.line_num, _stripped(row)


@contextmanager
def _opened(path: Path) -> Iterator[csv.DictReader[str]]:
    """A reader with whitespace stripped from its column names."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
            yield reader
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not a CSV in UTF-8: {error}") from error


def _stripped(row: Mapping[str | None, str | list[str] | None]) -> dict[str, str]:
    """Cells stripped of whitespace; a short row's missing cells are empty."""
    return {
        name: cell.strip() if isinstance(cell, str) else ""
        for name, cell in row.items()
        if name is not None
    }


def _clip(row: Mapping[str, str], folder: Path) -> ClipRef:
    check_clip_name(row["clip"])
    if not row["subject"]:
        raise InputError(f"clip {row['clip']!r} has no subject")
    files = {name: _file(row.get(name, ""), name, folder) for name in _FILES}
    if not any(files.values()):
        raise InputError(f"clip {row['clip']!r} has neither a video nor a pose")
    return ClipRef(
        clip=row["clip"],
        subject=row["subject"],
        label=gait_class(row["label"]),
        source=row.get("source", "") or "manifest",
        video=files["video"],
        pose=files["pose"],
        fps=_fps(row.get("fps", "")),
        split=_split(row.get("split", "")),
    )


def _file(cell: str, column: str, folder: Path) -> Path | None:
    if not cell:
        return None
    path = folder / cell
    try:
        found = path.is_file()
    except OSError as error:
        raise InputError(f"the {column} file {cell!r}: {error.strerror}") from error
    if not found:
        raise InputError(f"the {column} file {cell!r} does not exist")
    return path


def _fps(cell: str) -> float | None:
    if not cell:
        return None
    try:
        fps = float(cell)
    except ValueError:
        raise InputError(f"fps must be a number, not {cell!r}") from None
    return check_fps(fps, "the column fps")


def _split(cell: str) -> Split | None:
    if not cell:
        return None
    known = [split.value for split in Split]
    if cell.lower() not in known:
        raise InputError(f"split must be one of {', '.join(known)}, not {cell!r}")
    return Split(cell.lower())
