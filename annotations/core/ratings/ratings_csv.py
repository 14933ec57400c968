"""The ratings CSV, in and out: one row per case x evaluator x model.

``case,patient,evaluator,model,position``, one column per criterion, ``best,second``
(0 or 1), and optionally ``occasion,words,numerals,correct,guess,comment`` and
``supported,contradicted,unsupported`` (claims, by the evidence check); blank means not
answered. Columns are checked as a whole, so that a million ratings are read in seconds;
of several faults the one in the earliest row is reported.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations.core.errors import StudyError
from annotations.core.instrument.criteria import LIKERT
from annotations.core.ratings.csv_columns import CHOICES, KEYS, check_header, columns
from annotations.core.ratings.rated_output import RatedOutput

MARKS = {"": None, "0": False, "1": True}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
VERDICTS = ("supported", "contradicted", "unsupported")
BIGGEST = 1_000_000_000
EOL = "\r\n"
Cells = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class RatingsFile:
    """The outputs of a file, its criteria, and the ignored columns."""

    outputs: tuple[RatedOutput, ...]
    criteria: tuple[str, ...]
    ignored_columns: tuple[str, ...]


@dataclass(frozen=True)
class _Fault:
    """What is wrong in one row; the earliest row's fault is reported."""

    row: int
    rule: str


def read_ratings(
    path: Path, scale: tuple[int, ...] = LIKERT, criteria: Sequence[str] = ()
) -> RatingsFile:
    """Read and check a ratings file.

    Raises
    ------
    StudyError
        Naming the file, the row, the rule and the value of the first fault.
    """
    header, rows = _rows(path)
    check_header(path.name, header, criteria)
    if not rows:
        raise StudyError(f"{path.name} holds no ratings")
    cells = {
        name: [cell.strip() for cell in column]
        for name, column in zip(header, zip(*rows, strict=True), strict=True)
    }
    found = columns(path.name, cells, scale, criteria)
    faults = [*_value_faults(cells, found.criteria, scale), *_contradictions(cells)]
    if faults:
        worst = min(faults, key=lambda fault: fault.row)
        raise StudyError(f"{path.name}, row {worst.row}: {worst.rule}")
    return RatingsFile(
        tuple(_outputs(cells, found.criteria)), found.criteria, found.ignored
    )


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = next((d for d in ",;\t" if d in first), ",")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        header = [name.strip() for name in next(reader, [])]
        rows, width = [], len(header)
        for number, row in enumerate(reader, start=2):
            if not any(cell.strip() for cell in row):
                row = [""] * width  # a blank line counts as a row without a case
            if len(row) != width:
                raise StudyError(
                    f"{path.name}, row {number}: has {len(row)} cells, but the header "
                    f"has {width}"
                )
            rows.append(row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StudyError(f"{path.name} cannot be read: {error}") from error
    while rows and not any(rows[-1]):
        rows.pop()
    return header, rows


def _value_faults(
    cells: Cells, criteria: Sequence[str], scale: tuple[int, ...]
) -> Iterable[_Fault]:
    """The first impossible value of each column."""
    whole = f"must be a whole number {scale[0]} to {scale[-1]}"
    on_scale = {"", *(str(value) for value in scale)}
    rules: dict[str, tuple[Callable[[str], bool], str]] = {
        **dict.fromkeys(KEYS, (bool, "must not be blank")),
        **dict.fromkeys(criteria, (on_scale.__contains__, whole)),
        **dict.fromkeys(
            (*CHOICES, "correct", "guess"),
            (MARKS.__contains__, "must be 0, 1 or blank"),
        ),
        **dict.fromkeys(
            ("words", "numerals", *VERDICTS),
            (_counts, "must be a whole number or blank"),
        ),
        "occasion": (
            lambda text: _counts(text) and text.strip("0") != "" or not text,
            "must be a whole number from 1 up, or blank",
        ),
    }
    for name, (allowed, rule) in rules.items():
        bad = {text for text in set(cells.get(name, ())) if not allowed(text)}
        if bad:
            at = next(i for i, text in enumerate(cells[name]) if text in bad)
            yield _Fault(at + 2, f"{name} {rule}, not {cells[name][at]!r}")


def _counts(text: str) -> bool:
    return not text or (
        text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= BIGGEST
    )


def _contradictions(cells: Cells) -> Iterable[_Fault]:
    """Rows that cannot both be true; of each kind the first, named by its later row."""
    size = len(cells["case"])
    occasions = [text or "1" for text in cells.get("occasion", [""] * size)]
    readings = list(zip(cells["case"], cells["evaluator"], occasions, strict=True))
    yield from _twice(
        zip(readings, cells["model"], strict=True),
        lambda key, row: (
            f"case {key[0][0]!r}, evaluator {key[0][1]!r}, model {key[1]!r} is rated "
            f"twice on one occasion (first in row {row})"
        ),
    )
    yield from _two_patients(cells)
    for mark in (*CHOICES, "guess"):
        if mark in cells:
            marked = zip(readings, cells[mark], strict=True)
            yield from _twice(
                (reading if text == "1" else None for reading, text in marked),
                lambda key, row, mark=mark: (
                    f"case {key[0]!r}, evaluator {key[1]!r} has a second model marked "
                    f"{mark} (the first is in row {row})"
                ),
            )
    for at, (best, second) in enumerate(
        zip(cells["best"], cells["second"], strict=True)
    ):
        if best == second == "1":
            yield _Fault(at + 2, f"{cells['model'][at]!r} is marked best and second")
            return


def _twice(
    keys: Iterable[tuple[object, ...] | None], rule: Callable[..., str]
) -> Iterable[_Fault]:
    seen: dict[tuple[object, ...], int] = {}
    for row, key in enumerate(keys, start=2):
        if key is not None and seen.setdefault(key, row) != row:
            yield _Fault(row, rule(key, seen[key]))
            return


def _two_patients(cells: Cells) -> Iterable[_Fault]:
    patient_of: dict[str, str] = {}
    pairs = zip(cells["case"], cells["patient"], strict=True)
    for row, (case, patient) in enumerate(pairs, start=2):
        known = patient_of.setdefault(case, patient)
        if known != patient:
            yield _Fault(
                row,
                f"case {case!r} stands under patient {patient!r}, and above under "
                f"{known!r}",
            )
            return


def _outputs(cells: Cells, criteria: Sequence[str]) -> Iterable[RatedOutput]:
    size = len(cells["case"])
    blank = [""] * size

    def wholes(name: str) -> list[int | None]:
        return [int(text) if text else None for text in cells.get(name, blank)]

    def marks(name: str) -> list[bool | None]:
        return [MARKS[text] for text in cells.get(name, blank)]

    scores = zip(*(wholes(name) for name in criteria), strict=True)
    texts = [cells[name] for name in KEYS]
    texts.append(cells.get("position", blank))
    whole = zip(
        *texts,
        (dict(zip(criteria, values, strict=True)) for values in scores),
        *(marks(name) for name in CHOICES),
        [number or 1 for number in wholes("occasion")],
        wholes("words"),
        marks("correct"),
        cells.get("comment", blank),
        marks("guess"),
        wholes("numerals"),
        *(wholes(name) for name in VERDICTS),
        strict=True,
    )
    return (RatedOutput(*fields) for fields in whole)


def ratings_csv(outputs: Iterable[RatedOutput]) -> str:
    """The file's text; cells that a spreadsheet would run as formulas are escaped."""
    rows = list(outputs)
    criteria = tuple(dict.fromkeys(c for o in rows for c in o.scores))
    counts = ("occasion", "words", "numerals", "correct", "guess", *VERDICTS)
    table: list[list[object]] = [
        [*KEYS, "position", *criteria, *CHOICES, *counts, "comment"]
    ]
    for o in rows:
        numbers = [*(o.scores.get(c) for c in criteria), o.best, o.second]
        numbers += [getattr(o, name) for name in counts]
        table.append(
            [
                *(
                    cell_safe(text)
                    for text in (o.case, o.patient, o.evaluator, o.model)
                ),
                o.position,
                *("" if number is None else int(number) for number in numbers),
                cell_safe(o.comment),
            ]
        )
    return csv_text(table)


class _Lines(list[str]):
    """Collects what ``csv`` writes, one row at a time, with a plain line end."""

    def write(self, row: str) -> None:
        self.append(f"{row.removesuffix(EOL)}\n")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows that survive a round-trip: ``csv`` quotes only its own line terminators, so
    a bare carriage return in a comment would end the row.
    """
    lines = _Lines()
    csv.writer(lines, lineterminator=EOL).writerows(rows)
    return "".join(lines)


def cell_safe(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
