"""The page of a practice case, made from the same record as any other case's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse

from annotations.core.instrument.practice import FPS, PRACTICE, PracticeCase
from annotations.core.instrument.protocol import TieRule
from annotations.models import Criterion, Seat
from annotations.selectors.answers import Missing
from annotations.selectors.blinded import (
    BlindedCase,
    BlindedCell,
    BlindedGuess,
    BlindedOption,
    BlindedPicks,
    BlindedRow,
    BlindedText,
)

PRACTICE_KIND = "practice"


@dataclass(frozen=True)
class PracticeAnswers:
    """The answers so far, by form name ("A-grounding", "choice-best", ...)."""

    values: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def number(self, name: str) -> int | None:
        return int(self.values[name]) if self.values.get(name) else None


def seat_of(rater: User, seat_id: UUID) -> Seat | None:
    """The rater's own seat in a study that has been opened."""
    rows = Seat.objects.select_related("study").filter(pk=seat_id, rater=rater)
    return rows.exclude(study__state="draft").first()


def practised_case(
    seat: Seat, case: PracticeCase, answers: PracticeAnswers
) -> BlindedCase:
    """The record of a practice case under the study's own instrument."""
    rules = seat.study.rules
    rows = tuple(
        _row(row, tuple(case.texts), answers) for row in seat.study.criteria.all()
    )
    picks = BlindedPicks(
        best=answers.text("choice-best"),
        second=answers.text("choice-second"),
        verdict=answers.text("choice-verdict"),
        confidence=answers.number("choice-confidence"),
        version=0,
    )
    is_settled = bool(picks.verdict) and rules.tie_rule != TieRule.FORCED
    return BlindedCase(
        path=reverse("practice", args=[seat.pk, case.number]),
        kind=PRACTICE_KIND,
        seat=seat.pk,
        number=case.number,
        total=len(PRACTICE),
        film_fps=FPS,
        options=tuple(
            BlindedOption(letter, text) for letter, text in case.texts.items()
        ),
        rows=rows,
        picks=picks,
        comment=BlindedText(answers.text("comment-text"), 0),
        guess=_guess(answers.text("guess-answer")),
        rules=rules,
        missing=_missing(rows, picks, is_settled),
    )


def _row(
    criterion: Criterion, letters: Sequence[str], answers: PracticeAnswers
) -> BlindedRow:
    return BlindedRow(
        criterion.key,
        criterion.title,
        criterion.question,
        criterion.low,
        criterion.high,
        tuple(
            BlindedCell(
                letter,
                criterion.key,
                answers.number(f"{letter}-{criterion.key}-value"),
                0,
            )
            for letter in letters
        ),
    )


def _guess(answer: str) -> BlindedGuess:
    unknown = answer == "unknown"
    return BlindedGuess("" if unknown else answer, unknown, 0)


def _missing(
    rows: Sequence[BlindedRow], picks: BlindedPicks, is_settled: bool
) -> tuple[Missing, ...]:
    missing = [
        Missing(f"{row.title} of {cell.letter}", f"cell-{cell.name}")
        for row in rows
        for cell in row.cells
        if cell.value is None
    ]
    if not is_settled and not picks.best:
        missing.append(Missing("best option", "choice-best"))
    if not is_settled and not picks.second:
        missing.append(Missing("second best option", "choice-second"))
    return tuple(missing)
