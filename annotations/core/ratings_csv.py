"""The ratings CSV, in and out: one row per case x evaluator x model.

``case,patient,evaluator,model,position``, one column per criterion, ``best,second``
(0 or 1), and optionally ``occasion,words,correct``; blank means not answered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations.core.criteria import LIKERT
from annotations.core.errors import StudyError
from annotations.core.ratings import RatedOutput

KEYS = ("case", "patient", "evaluator", "model")
CHOICES = ("best", "second")
OPTIONAL = ("position", "occasion", "words", "correct", "comment")
STANDARD_CRITERIA = ("grounding", "explainability", "usefulness", "consistency")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class RatingsFile:
    """The outputs of a file and the columns that it had and we did not read."""

    outputs: tuple[RatedOutput, ...]
    ignored_columns: tuple[str, ...]


def read_ratings(
    path: Path,
    scale: tuple[int, ...] = LIKERT,
    criteria: Sequence[str] = STANDARD_CRITERIA,
) -> RatingsFile:
    """Read and check a ratings file.

    Raises
    ------
    StudyError
        Naming the file, the row, the rule and the value of the first fault.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path.name} cannot be read: {error}") from error
    reader = csv.DictReader(io.StringIO(text))
    header = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = header
    required = (*KEYS, *criteria, *CHOICES)
    if absent := [name for name in required if name not in header]:
        raise StudyError(f"{path.name} has no column {absent[0]!r}")
    rows = [
        _Row(path.name, number, row, scale, tuple(criteria)).output()
        for number, row in enumerate(reader, start=2)
    ]
    if not rows:
        raise StudyError(f"{path.name} holds no ratings")
    _check_choices(path.name, rows)
    known = {*required, *OPTIONAL}
    return RatingsFile(tuple(rows), tuple(n for n in header if n not in known))


@dataclass(frozen=True)
class _Row:
    """One line of the file, with what an error must name."""

    file: str
    number: int
    cells: Mapping[str, str | None]
    scale: tuple[int, ...]
    criteria: tuple[str, ...]

    def output(self) -> RatedOutput:
        for key in KEYS:
            if not self._text(key):
                raise self._fault(key, "must not be blank")
        return RatedOutput(
            case=self._text("case"),
            patient=self._text("patient"),
            evaluator=self._text("evaluator"),
            model=self._text("model"),
            position=self._text("position"),
            scores={name: self._score(name) for name in self.criteria},
            best=self._mark("best"),
            second=self._mark("second"),
            occasion=self._whole("occasion") or 1,
            words=self._whole("words"),
            correct=self._mark("correct"),
            comment=self._text("comment"),
        )

    def _text(self, name: str) -> str:
        return (self.cells.get(name) or "").strip()

    def _score(self, name: str) -> int | None:
        text = self._text(name)
        if not text:
            return None
        if text not in {str(value) for value in self.scale}:
            raise self._fault(
                name, f"must be a whole number {self.scale[0]} to {self.scale[-1]}"
            )
        return int(text)

    def _mark(self, name: str) -> bool | None:
        text = self._text(name)
        if text not in ("", "0", "1"):
            raise self._fault(name, "must be 0, 1 or blank")
        return bool(int(text)) if text else None

    def _whole(self, name: str) -> int | None:
        text = self._text(name)
        if text and not (text.isascii() and text.isdigit()):
            raise self._fault(name, "must be a whole number")
        return int(text) if text else None

    def _fault(self, name: str, rule: str) -> StudyError:
        return StudyError(
            f"{self.file}, row {self.number}: {name} {rule}, not {self._text(name)!r}"
        )


def _check_choices(file: str, outputs: Sequence[RatedOutput]) -> None:
    """No output is both best and second; every reading has at most one of each."""
    seen: dict[tuple[str, str, int, str], int] = {}
    for number, output in enumerate(outputs, start=2):
        if output.best and output.second:
            raise StudyError(
                f"{file}, row {number}: {output.model!r} is marked best and second"
            )
        for mark in CHOICES:
            if not getattr(output, mark):
                continue
            key = (output.case, output.evaluator, output.occasion, mark)
            if key in seen:
                raise StudyError(
                    f"{file}, row {number}: case {output.case!r}, evaluator "
                    f"{output.evaluator!r} has a second model marked {mark} "
                    f"(the first is in row {seen[key]})"
                )
            seen[key] = number


def ratings_csv(outputs: Iterable[RatedOutput]) -> str:
    """The file's text; a cell that a spreadsheet would run as a formula is quoted."""
    rows = list(outputs)
    criteria = tuple(dict.fromkeys(c for o in rows for c in o.scores))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(
        [
            *KEYS,
            "position",
            *criteria,
            *CHOICES,
            "occasion",
            "words",
            "correct",
            "comment",
        ]
    )
    for o in rows:
        scores = [_blank(o.scores.get(c)) for c in criteria]
        writer.writerow(
            [
                *(_safe(t) for t in (o.case, o.patient, o.evaluator, o.model)),
                o.position,
                *scores,
                *(_blank(mark) for mark in (o.best, o.second)),
                o.occasion,
                _blank(o.words),
                _blank(o.correct),
                _safe(o.comment),
            ]
        )
    return buffer.getvalue()


def _blank(value: int | None) -> str:
    return "" if value is None else str(int(value))


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
