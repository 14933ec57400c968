"""A gait mat's parameters per walk, from a CSV with GAITRite-style columns.

Columns are matched by their words, ignoring case, spaces and signs: ``Cadence
(steps/min)``, ``Step Time (sec) L``, ``Cycle Time R`` or ``Stride Time R``, ``Swing % of
Cycle L``, ``Stance % of Cycle``, ``Single Supp. % Cycle``, ``Double Supp. % Cycle``.
One column, ``clip``, names the walk's clip. Others are reported and ignored.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gaitmodel.core.errors import InputError
from gaitmodel.core.sources.manifest import refuse_more_cells, separator_told

_SIDES: Final = {"l": "left", "left": "left", "r": "right", "right": "right"}
_SIDED: Final = (
    (r"step ?time", "step_time_{}_s", (0.1, 5.0)),
    (r"(?:cycle|stride) ?time", "stride_time_{}_s", (0.2, 10.0)),
    (r"swing", "swing_percent_{}", (1.0, 100.0)),
    (r"stance", "stance_percent_{}", (1.0, 100.0)),
    (r"single ?supp(?:ort)?", "single_support_percent_{}", (1.0, 100.0)),
    (r"double ?supp(?:ort)?", "double_support_percent_{}", (0.0, 100.0)),
)
_CADENCE: Final = ("cadence_spm", (5.0, 400.0))
_SHARE: Final = ("swing", "stance", "supp")
_PER_MINUTE: Final = re.compile(
    r"(?:/|(?<![a-z])(?:per|steps?))[\s_./]*(?:per[\s_]*)?min(?:ute)?s?\b"
)
_NO_MEAN: Final = re.compile(
    r"\b(?:sd|se|sem|std|stdev|st dev|dev|deviation|cv|co ?var|coefficient|var|variance|"
    r"variability|variation|diff|difference|min|minimum|max|maximum|range|median|"
    r"ratio|index|a?symmetry|load|loading|unload|unloading|count|number)\b"
)
"""A mat's columns about a parameter other than its mean, and the parts of a phase."""


@dataclass(frozen=True)
class WalkwayTrials:
    """``trials[clip][metric key]`` in our units; ``ignored`` are unknown columns."""

    trials: dict[str, dict[str, float]]
    ignored: tuple[str, ...]


def read_walkway(path: Path) -> WalkwayTrials:
    """Read a mat's CSV; blank cells are parameters that the mat did not give.

    Raises
    ------
    InputError
        If there is no ``clip`` column or no known parameter, a clip occurs twice, or a
        value is not plausible for a human walk; names file, row and value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is no readable CSV file: {error}") from error
    reader = csv.DictReader(text.splitlines())
    columns = list(reader.fieldnames or ())
    if not columns:
        raise InputError(f"{path.name} is empty: it has no line of columns")
    clip = next((c for c in columns if c.strip().lower() == "clip"), None)
    known = {c: key for c in columns if (key := metric_of(c)) is not None}
    _refuse_two_for_one(path, columns)
    if clip is None or not known:
        missing = "clip" if clip is None else "of a parameter that is known"
        told = separator_told(columns) or f": {', '.join(columns)}"
        raise InputError(f"{path.name} has no column {missing}{told}")
    trials: dict[str, dict[str, float]] = {}
    for number, row in enumerate(reader, start=2):
        refuse_more_cells(f"{path.name}, row {number}", row, len(columns))
        name = (row[clip] or "").strip()
        if not name or name in trials:
            what = "names no clip" if not name else f"names clip {name!r} again"
            raise InputError(f"{path.name}, row {number} {what}")
        trials[name] = {
            key: _number(path, number, column, row[column], limits)
            for column, (key, limits) in known.items()
            if (row[column] or "").strip()
        }
    ignored = tuple(c for c in columns if c != clip and c not in known)
    return WalkwayTrials(trials, ignored)


def _refuse_two_for_one(path: Path, columns: list[str]) -> None:
    first: dict[str, str] = {}
    for column in columns:
        if (found := metric_of(column)) is None:
            continue
        other = first.get(found[0])
        if other is not None:
            raise InputError(
                f"{path.name}: columns {other.strip()!r} and {column.strip()!r} both "
                f"give {found[0]}: leave one of them out"
            )
        first[found[0]] = column


def metric_of(column: str) -> tuple[str, tuple[float, float]] | None:
    """The metric key and its possible range for a mat's column, or ``None``."""
    percent = "%" in column or "percent" in column.lower()
    words = re.sub(r"[^a-z]+", " ", _PER_MINUTE.sub(" ", column.lower())).strip()
    if _NO_MEAN.search(words):
        return None
    if words.startswith("cadence"):
        return _CADENCE
    side = next((_SIDES[w] for w in words.split() if w in _SIDES), None)
    for pattern, key, limits in _SIDED:
        if side and re.match(rf"(?:(?:l|left|r|right) )?{pattern}\b", words):
            # A mat gives phases in seconds too: we take only shares of the cycle.
            phase = any(part in pattern for part in _SHARE)
            return (key.format(side), limits) if percent or not phase else None
    return None


def _number(
    path: Path, row: int, column: str, text: str, limits: tuple[float, float]
) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not limits[0] <= value <= limits[1]:
        raise InputError(
            f"{path.name}, row {row}: {column.strip()} must lie within {limits[0]:g} to "
            f"{limits[1]:g}, not {text.strip()!r}"
        )
    return value
