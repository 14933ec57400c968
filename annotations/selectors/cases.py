"""A rater's cases, looked up through the rater, and the record of a case's page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse

from annotations.models import Assignment, Choice, Comment, Criterion, Guess, Study
from annotations.selectors.answers import CellRow, cell_rows, missing_of
from annotations.selectors.blinded import (
    BlindedCase,
    BlindedCell,
    BlindedGuess,
    BlindedOption,
    BlindedPicks,
    BlindedRow,
    BlindedText,
)

CASE, PREVIEW = "case", "preview"


def assignments_of(rater: User) -> QuerySet[Assignment]:
    """The cases that this person may see; those of a draft are visible to nobody."""
    return Assignment.objects.filter(seat__rater=rater).exclude(
        seat__study__state=Study.State.DRAFT
    )


def assignment_for(rater: User, assignment_id: UUID) -> Assignment | None:
    """One case, looked up through its rater; another's case is not found."""
    return _whole(assignments_of(rater)).filter(pk=assignment_id).first()


def assignment_previewed(study: Study, assignment_id: UUID) -> Assignment | None:
    """One case of a study, for the lead's preview."""
    rows = Assignment.objects.filter(seat__study=study)
    return _whole(rows).filter(pk=assignment_id).first()


def _whole(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    return rows.select_related(
        "seat__study",
        "case",
        "choice__best",
        "choice__second",
        "comment",
        "guess__slot",
        "own_diagnosis",
    )


def blinded_case(assignment: Assignment) -> BlindedCase:
    """The page's record, by four queries besides the assignment's own."""
    path = reverse("case", args=[assignment.pk])
    return _blinded(assignment, path, CASE, cell_rows(assignment.pk))


def previewed_case(assignment: Assignment) -> BlindedCase:
    """The same record for a lead: the page as it is before any answer."""
    study = assignment.seat.study_id
    path = reverse("case_preview", args=[study, assignment.pk])
    empty = [
        row._replace(value=None, version=0, best=None, second=None, verdict="")
        for row in cell_rows(assignment.pk)
    ]
    assignment.choice = Choice(assignment=assignment)
    assignment.comment = Comment(assignment=assignment)
    assignment.guess = Guess(assignment=assignment)
    return _blinded(assignment, path, PREVIEW, empty)


def _blinded(
    assignment: Assignment, path: str, kind: str, cells: Sequence[CellRow]
) -> BlindedCase:
    study = assignment.seat.study
    guess = assignment.guess
    return BlindedCase(
        path=path,
        kind=kind,
        seat=assignment.seat_id,
        number=assignment.position,
        total=Assignment.objects.filter(seat=assignment.seat_id).count(),
        film_fps=assignment.case.film_fps,
        options=tuple(
            BlindedOption(slot.letter, slot.text)
            for slot in assignment.slots.order_by("letter")
        ),
        rows=_rows(study.criteria.all(), cells),
        picks=_picks(assignment.choice),
        comment=BlindedText(assignment.comment.text, assignment.comment.version),
        guess=BlindedGuess(
            guess.slot.letter if guess.slot else "", guess.is_unknown, guess.version
        ),
        rules=study.rules,
        missing=missing_of(cells, study.rules),
    )


def _rows(
    criteria: QuerySet[Criterion], rows: Sequence[CellRow]
) -> tuple[BlindedRow, ...]:
    cells = defaultdict(list)
    for row in rows:
        cells[row.criterion].append(
            BlindedCell(row.letter, row.criterion, row.value, row.version)
        )
    return tuple(
        BlindedRow(
            criterion.key,
            criterion.title,
            criterion.question,
            criterion.low,
            criterion.high,
            tuple(cells[criterion.key]),
        )
        for criterion in criteria
    )


def _picks(choice: Choice) -> BlindedPicks:
    return BlindedPicks(
        best=choice.best.letter if choice.best else "",
        second=choice.second.letter if choice.second else "",
        verdict=choice.verdict,
        confidence=choice.confidence,
        version=choice.version,
    )
