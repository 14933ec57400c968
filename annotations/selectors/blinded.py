"""What a rater may know of a case: letters, texts, own answers; nothing else.

The records in here are the only things that rater templates receive. They have no
field for a system, a clip, a patient, a label or a data set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet

from annotations.core.criteria import LIKERT
from annotations.core.protocol import Protocol, TieRule
from annotations.models import Assignment, Choice, Rating, Slot, Study


@dataclass(frozen=True)
class BlindedOption:
    """One lettered text."""

    letter: str
    text: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The lines as written, blank ones dropped: every arm is set the same way."""
        return tuple(line.strip() for line in self.text.splitlines() if line.strip())


@dataclass(frozen=True)
class BlindedCell:
    """One answer of the score sheet; ``value`` is ``None`` until it is given."""

    letter: str
    criterion: str
    value: int | None
    version: int

    @property
    def name(self) -> str:
        """How the page and its form call this cell."""
        return f"{self.letter}-{self.criterion}"


@dataclass(frozen=True)
class BlindedRow:
    """One criterion with its wording and a cell per letter."""

    key: str
    title: str
    question: str
    low: str
    high: str
    cells: tuple[BlindedCell, ...]


@dataclass(frozen=True)
class Missing:
    """An answer still to be given, and where on the page it stands."""

    label: str
    anchor: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class BlindedPicks:
    """Best, second best and what else was answered about the case as a whole."""

    best: str
    second: str
    verdict: str
    confidence: int | None
    version: int


@dataclass(frozen=True)
class BlindedText:
    """A comment with its version."""

    text: str
    version: int


@dataclass(frozen=True)
class BlindedGuess:
    """The guess question's answer."""

    letter: str
    is_unknown: bool
    version: int


@dataclass(frozen=True)
class BlindedCase:
    """Everything that the page of one case is made from."""

    id: UUID
    number: int
    total: int
    film_fps: float
    options: tuple[BlindedOption, ...]
    rows: tuple[BlindedRow, ...]
    picks: BlindedPicks
    comment: BlindedText
    guess: BlindedGuess
    rules: Protocol
    missing: tuple[Missing, ...]

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(option.letter for option in self.options)

    @property
    def points(self) -> tuple[int, ...]:
        return LIKERT


def assignments_of(rater: User) -> QuerySet[Assignment]:
    """The cases that this person may see; a draft shows nobody anything."""
    return Assignment.objects.filter(seat__rater=rater).exclude(
        seat__study__state=Study.State.DRAFT
    )


def assignment_for(rater: User, assignment_id: UUID) -> Assignment | None:
    """One case, found through its rater: another's case does not exist."""
    return (
        assignments_of(rater)
        .select_related(
            "seat__study",
            "case",
            "choice__best",
            "choice__second",
            "comment",
            "guess__slot",
        )
        .filter(pk=assignment_id)
        .first()
    )


def blinded_case(assignment: Assignment) -> BlindedCase:
    """The page's record, from three queries beyond the assignment's own."""
    slots = _slots(assignment)
    rows = _rows(slots)
    guess = assignment.guess
    return BlindedCase(
        id=assignment.pk,
        number=assignment.position,
        total=Assignment.objects.filter(seat=assignment.seat_id).count(),
        film_fps=assignment.case.film_fps,
        options=tuple(BlindedOption(slot.letter, slot.text) for slot in slots),
        rows=rows,
        picks=_picks(assignment.choice),
        comment=BlindedText(assignment.comment.text, assignment.comment.version),
        guess=BlindedGuess(
            guess.slot.letter if guess.slot else "", guess.is_unknown, guess.version
        ),
        rules=assignment.seat.study.rules,
        missing=_missing(rows, assignment.choice, assignment.seat.study.rules),
    )


def case_missing(assignment: Assignment) -> tuple[Missing, ...]:
    """What is still to be answered, read afresh; the judge of a submission."""
    choice = Choice.objects.get(assignment=assignment)
    rows = _rows(_slots(assignment))
    return _missing(rows, choice, assignment.seat.study.rules)


def _slots(assignment: Assignment) -> list[Slot]:
    ratings = Rating.objects.select_related("criterion").order_by("criterion__rank")
    return list(
        Slot.objects.filter(assignment=assignment)
        .order_by("letter")
        .prefetch_related(Prefetch("ratings", queryset=ratings))
    )


def _rows(slots: Sequence[Slot]) -> tuple[BlindedRow, ...]:
    cells = defaultdict(list)
    criteria = {}
    for slot in slots:
        for rating in slot.ratings.all():
            criterion = rating.criterion
            criteria[criterion.key] = criterion
            cells[criterion.key].append(
                BlindedCell(slot.letter, criterion.key, rating.value, rating.version)
            )
    return tuple(
        BlindedRow(
            key,
            criterion.title,
            criterion.question,
            criterion.low,
            criterion.high,
            tuple(cells[key]),
        )
        for key, criterion in criteria.items()
    )


def _picks(choice: Choice) -> BlindedPicks:
    return BlindedPicks(
        best=choice.best.letter if choice.best else "",
        second=choice.second.letter if choice.second else "",
        verdict=choice.verdict,
        confidence=choice.confidence,
        version=choice.version,
    )


def _missing(
    rows: Sequence[BlindedRow], choice: Choice, rules: Protocol
) -> tuple[Missing, ...]:
    missing = [
        Missing(f"{row.title} of {cell.letter}", f"cell-{cell.name}")
        for row in rows
        for cell in row.cells
        if cell.value is None
    ]
    is_settled = bool(choice.verdict) and rules.tie_rule != TieRule.FORCED
    if not is_settled and choice.best_id is None:
        missing.append(Missing("best option", "choice-best"))
    if not is_settled and choice.second_id is None:
        missing.append(Missing("second best option", "choice-second"))
    return tuple(missing)
