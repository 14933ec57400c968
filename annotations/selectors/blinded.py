"""What a rater may know about a case: letters, texts, own answers; nothing else.

Rater templates receive only the records defined here. They have no field for a system,
a clip, a patient, a label or a data set.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from annotations.core.instrument.criteria import LIKERT, MIDDLE_WORDS
from annotations.core.instrument.protocol import Protocol
from annotations.selectors.answers import Missing


@dataclass(frozen=True)
class BlindedOption:
    """One lettered text."""

    letter: str
    text: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The lines as written, blank ones dropped: every arm has the same layout."""
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
        """The cell's name on the page and in its form."""
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
    """Everything that the page of one case is made from.

    ``path`` is the page's URL; those of its film, cells and review are below it.
    ``kind`` distinguishes a real case, a practice case and a lead's preview.
    """

    path: str
    kind: str
    seat: UUID | None
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

    @property
    def renew(self) -> str:
        """The URL at which a page that stays open gets a new film URL."""
        return f"{self.path}film/" if self.kind == "case" else ""

    @property
    def middle_words(self) -> tuple[str, ...]:
        return MIDDLE_WORDS
