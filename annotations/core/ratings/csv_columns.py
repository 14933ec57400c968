"""Which columns of a ratings file are criteria, and which are ignored.

1. The keys, the choices and the optional columns are known by name.
2. ``--criteria`` names the criteria; without it, the paper's four are criteria by name.
3. Any other column is a criterion if most of its answers are whole numbers of the scale
   and they differ between the outputs of at least one reading (one occasion): a column
   that never does (site, age group, session) describes the case or the visit, not the
   text. A column that numbers the outputs of every reading from 1 up is their order,
   not a score; so is one with such a name.
4. The remaining columns are ignored and reported; ``--criteria`` can still name them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotations.core.errors import StudyError
from annotations.core.instrument.criteria import CRITERIA

KEYS = ("case", "patient", "evaluator", "model")
CHOICES = ("best", "second")
OPTIONAL = (
    "position",
    "occasion",
    "words",
    "numerals",
    "correct",
    "guess",
    "comment",
    "supported",
    "contradicted",
    "unsupported",
)
NO_SCORES = ("session", "visit", "order", "display_order")
FEW = 3  # this few readings may hold the scores 1 and 2 by chance
STANDARD_CRITERIA = tuple(criterion.key for criterion in CRITERIA)

Reading = tuple[str, str, str]
"""Case, evaluator, occasion."""


@dataclass(frozen=True)
class Columns:
    """The criteria of a file, and the ignored columns."""

    criteria: tuple[str, ...]
    ignored: tuple[str, ...]


def check_header(file: str, header: Sequence[str], asked: Sequence[str]) -> None:
    """Refuse a header without the keys, or with one name twice."""
    for name in header:
        if name and list(header).count(name) > 1:
            raise StudyError(f"{file}, row 1: column {name!r} appears twice")
    for name in (*KEYS, *CHOICES, *asked):
        if name not in header:
            raise StudyError(f"{file}, row 1: there is no column {name!r}")
    if taken := [n for n in asked if n in (*KEYS, *CHOICES, *OPTIONAL)]:
        raise StudyError(
            f"column {taken[0]!r} has its own meaning and cannot be a criterion"
        )


def columns(
    file: str,
    cells: Mapping[str, Sequence[str]],
    scale: tuple[int, ...],
    asked: Sequence[str] = (),
) -> Columns:
    """Classify the columns (each name with its cells) by the rules above."""
    known = {*KEYS, *CHOICES, *OPTIONAL}
    others = [name for name in cells if name and name not in known]
    criteria = list(asked) or _found(file, cells, others, scale)
    if not criteria:
        raise StudyError(
            f"{file}, row 1: no column holds ratings {scale[0]} to {scale[-1]}"
        )
    return Columns(tuple(criteria), tuple(n for n in others if n not in criteria))


def _found(
    file: str,
    cells: Mapping[str, Sequence[str]],
    others: Sequence[str],
    scale: tuple[int, ...],
) -> list[str]:
    standard = [name for name in STANDARD_CRITERIA if name in others]
    occasions = cells.get("occasion", [""] * len(cells["case"]))
    visits = [text or "1" for text in occasions]
    readings = list(zip(cells["case"], cells["evaluator"], visits, strict=True))
    rated = [
        name
        for name in others
        if name not in (*standard, *NO_SCORES)
        and _mostly_on_scale(cells[name], scale)
        and not _numbers(readings, cells[name])
    ]
    varied = [name for name in rated if _varies(readings, cells[name])]
    if standard and not varied and len(standard) < len(STANDARD_CRITERIA):
        absent = next(n for n in STANDARD_CRITERIA if n not in standard)
        raise StudyError(
            f"{file}, row 1: there is no column {absent!r}; if that is meant, name the "
            "criteria with --criteria"
        )
    found = {*standard, *(varied or ([] if standard else rated))}
    return [name for name in others if name in found]


def _mostly_on_scale(column: Sequence[str], scale: tuple[int, ...]) -> bool:
    allowed = {str(value) for value in scale}
    given = [cell for cell in column if cell]
    return 2 * sum(cell in allowed for cell in given) > len(given)


def _numbers(readings: Sequence[Reading], column: Sequence[str]) -> bool:
    """Whether the column numbers the outputs of every reading, 1 to n."""
    counts: dict[Reading, set[str]] = {}
    for reading, cell in zip(readings, column, strict=True):
        counts.setdefault(reading, set()).add(cell)
    size = Counter(readings)
    return len(counts) >= FEW and all(
        size[reading] > 1 and cells == {str(i + 1) for i in range(size[reading])}
        for reading, cells in counts.items()
    )


def _varies(readings: Sequence[Reading], column: Sequence[str]) -> bool:
    first: dict[Reading, str] = {}
    return any(
        first.setdefault(reading, cell) != cell
        for reading, cell in zip(readings, column, strict=True)
        if cell
    )
