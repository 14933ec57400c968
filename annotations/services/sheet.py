"""A whole page at once: what a browser without JavaScript sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User

from annotations.models import Modality
from annotations.selectors import BlindedCase
from annotations.services.cells import rating_save
from annotations.services.verdicts import Picks, choice_save, comment_save, guess_save


@dataclass(frozen=True)
class CellAnswer:
    """One cell as the page sent it."""

    letter: str
    criterion: str
    value: int | None
    version: int


@dataclass(frozen=True)
class Sheet:
    """A page's answers with the versions that it showed."""

    cells: Sequence[CellAnswer]
    picks: Picks
    picks_version: int
    comment: str
    comment_version: int
    guess: str
    guess_version: int


def sheet_save(*, case_id: UUID, shown: BlindedCase, sheet: Sheet, actor: User) -> None:
    """Save every answer that differs from what the database holds.

    Each goes through its own service and transaction, so that one conflict loses
    none of the answers before it.
    """
    values = {
        (cell.letter, cell.criterion): cell for row in shown.rows for cell in row.cells
    }
    for cell in sheet.cells:
        if cell.value != values[cell.letter, cell.criterion].value:
            rating_save(
                case_id=case_id,
                letter=cell.letter,
                criterion=cell.criterion,
                value=cell.value,
                version=cell.version,
                modality=Modality.FORM,
                actor=actor,
            )
    picks = shown.picks
    if sheet.picks != Picks(picks.best, picks.second, picks.verdict, picks.confidence):
        choice_save(
            case_id=case_id,
            picks=sheet.picks,
            version=sheet.picks_version,
            actor=actor,
        )
    if sheet.comment != shown.comment.text:
        comment_save(
            case_id=case_id,
            text=sheet.comment,
            version=sheet.comment_version,
            actor=actor,
        )
    _guess_save(case_id, shown, sheet, actor)


def _guess_save(case_id: UUID, shown: BlindedCase, sheet: Sheet, actor: User) -> None:
    before = "unknown" if shown.guess.is_unknown else shown.guess.letter
    if not shown.rules.guess or sheet.guess == before:
        return
    guess_save(
        case_id=case_id,
        letter="" if sheet.guess == "unknown" else sheet.guess,
        is_unknown=sheet.guess == "unknown",
        version=sheet.guess_version,
        actor=actor,
    )
