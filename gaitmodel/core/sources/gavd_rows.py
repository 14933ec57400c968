"""GAVD's annotation rows, grouped by sequence and checked."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import Annotation, Side
from gaitmodel.core.sources.manifest import separator_told

_COLUMNS: Final = (
    "seq", "frame_num", "cam_view", "gait_event", "gait_pat", "bbox", "vid_info", "id",
)  # fmt: skip
_FIELD: Final = re.compile(r"'(\w+)':\s*(-?\d+(?:\.\d*)?(?:e-?\d+)?)")
_CONTACT: Final = re.compile(r"(left|right) initial contact", re.IGNORECASE)


@dataclass(frozen=True)
class Sequence:
    """One annotated walk: its CSV rows in order, one per frame."""

    file: str
    name: str
    video_id: str
    pattern: str
    rows: tuple[dict[str, str], ...]

    @property
    def first_frame(self) -> int:
        """0-based; GAVD counts a film's frames from 1."""
        return int(self.rows[0]["frame_num"]) - 1

    def annotation(self, first_frame: int) -> Annotation:
        """Boxes and contacts; ``first_frame`` is the clip's first in its film."""
        size = self._numbers(self.rows[0]["vid_info"], ("width", "height"))
        boxes = [
            self._numbers(row["bbox"], ("left", "top", "width", "height"))
            for row in self.rows
        ]
        contacts = [
            (number, Side(match[1].lower()))
            for number, row in enumerate(self.rows)
            if (match := _CONTACT.search(row["gait_event"] or ""))
        ]
        return Annotation(
            first_frame=first_frame,
            frames=len(self.rows),
            size=(int(size[0]), int(size[1])),
            boxes=tuple((b[0], b[1], b[2], b[3]) for b in boxes),
            contacts=tuple(contacts),
        )

    def _numbers(self, cell: str, names: tuple[str, ...]) -> list[float]:
        fields = dict(_FIELD.findall(cell or ""))
        for name in names:
            if not math.isfinite(float(fields.get(name, "nan"))):
                raise InputError(
                    f"{self.file}, sequence {self.name}: {cell!r} has no number {name!r}"
                )
        return [float(fields[name]) for name in names]


def read_sequences(path: Path) -> Iterator[Sequence]:
    """Every sequence of a CSV or of a folder's CSVs, in order of appearance.

    Raises
    ------
    InputError
        If there is no annotation CSV, one lacks a column, or a sequence's frames are
        not contiguous or its pattern or video changes midway.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    files: dict[str, str] = {}
    for file in _annotation_files(path):
        for row in _rows(file):
            rows.setdefault(row["seq"], []).append(row)
            files.setdefault(row["seq"], file.name)
    for name, own in rows.items():
        yield _sequence(files[name], name, own)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as opened:
        reader = csv.DictReader(opened)
        try:
            yield from reader
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(
                f"{file.name}, after line {reader.line_num}, is no CSV in UTF-8: {error}"
            ) from error


def _annotation_files(path: Path) -> list[Path]:
    """The CSVs that have GAVD's columns; in a folder, others are ignored."""
    if not path.exists():
        raise InputError(f"{path.name}: no such file or folder")
    if path.is_file():
        header = _header(path)
        missing = [name for name in _COLUMNS if name not in header]
        if missing:
            told = separator_told(header) or ": not GAVD's"
            raise InputError(f"{path.name} has no column {missing[0]!r}{told}")
        return [path]
    found = [p for p in sorted(path.glob("*.csv")) if set(_COLUMNS) <= set(_header(p))]
    if not found:
        raise InputError(f"{path.name} holds no annotation CSV with GAVD's columns")
    return found


def _header(path: Path) -> list[str]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return next(csv.reader(file), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not a CSV in UTF-8: {error}") from error


def _sequence(file: str, name: str, rows: list[dict[str, str]]) -> Sequence:
    where = f"{file}, sequence {name}"
    try:
        numbers = [int(row["frame_num"]) for row in rows]
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: frame_num must be whole: {error}") from error
    order = sorted(range(len(rows)), key=numbers.__getitem__)
    first = numbers[order[0]]
    for place, index in enumerate(order):
        if numbers[index] != first + place:
            raise InputError(
                f"{where}: its frames are no unbroken range, frame {first + place} is "
                f"missing or given twice (next is {numbers[index]})"
            )
    for column in ("gait_pat", "id"):
        values = sorted({row[column] or "" for row in rows})
        if len(values) > 1 or not values[0]:
            raise InputError(f"{where}: one {column} expected, not {values}")
    ordered = tuple(rows[index] for index in order)
    pattern = rows[0]["gait_pat"].strip().lower()
    return Sequence(file, name, rows[0]["id"], pattern, ordered)
