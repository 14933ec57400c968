"""A rater's writes: one cell, one choice, one comment at a time; submitting a case.

Each takes the study's lock, looks at its state and the case's under it, changes one
row on condition of the version that the rater saw, and logs the change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from annotations.audit import event_append, study_for_update
from annotations.core.criteria import LIKERT
from annotations.core.errors import StateError, StudyError
from annotations.core.protocol import TieRule
from annotations.models import Assignment, Choice, Comment, Guess, Rating, Slot, Study
from annotations.models.answers import Versioned


class ConflictError(StudyError):
    """The answer was changed elsewhere since this page was loaded."""


@dataclass(frozen=True)
class Saved:
    """An acknowledged write: the version to send with the next one."""

    version: int
    at: datetime


@dataclass(frozen=True)
class Picks:
    """Best and second best by letter, or the verdict that the tie rule allows."""

    best: str = ""
    second: str = ""
    verdict: str = ""
    confidence: int | None = None


@contextmanager
def writing(assignment: Assignment) -> Iterator[Study]:
    """Hold the study; refuse unless it is open and the case is not submitted."""
    with transaction.atomic():
        study = study_for_update(assignment.seat.study_id)
        if not study.is_open:
            raise StateError("the study is closed: answers can no longer be changed")
        assignment.refresh_from_db(fields=["state"])
        if assignment.is_done:
            raise StateError(
                "this case has been submitted and can no longer be changed"
            )
        yield study


def _replace(
    row: Versioned, *, version: int, key: UUID | None, values: Mapping[str, object]
) -> Saved | None:
    """Write ``values`` if the row still has ``version``; ``None`` if done before.

    A retry of an acknowledged write carries its key again and changes nothing.
    """
    if key is not None and row.last_key == key:
        return None
    now = timezone.now()
    changed = (
        type(row)
        ._default_manager.filter(pk=row.pk, version=version)
        .update(version=F("version") + 1, last_key=key, changed_at=now, **values)
    )
    if not changed:
        raise ConflictError("this answer was changed in another window")
    return Saved(version + 1, now)


def _before(row: Versioned) -> Saved:
    if row.changed_at is None:
        raise StateError("an answer with a key has no time of change")
    return Saved(row.version, row.changed_at)


def rating_save(
    *,
    assignment: Assignment,
    letter: str,
    criterion: str,
    value: int | None,
    version: int,
    key: UUID | None = None,
    actor: User,
) -> Saved:
    """Save one cell of the score sheet; ``None`` clears it."""
    if value is not None and (type(value) is not int or value not in LIKERT):
        raise StudyError(f"a rating is a whole number from 1 to 5, not {value!r}")
    with writing(assignment) as study:
        rating = Rating.objects.filter(
            slot__assignment=assignment, slot__letter=letter, criterion__key=criterion
        ).first()
        if rating is None:
            raise StudyError(f"this case has no cell {letter}, {criterion}")
        saved = _replace(rating, version=version, key=key, values={"value": value})
        if saved is None:
            return _before(rating)
        event_append(
            study=study,
            kind="rating_saved",
            actor=actor,
            payload={
                "slot": str(rating.slot_id),
                "criterion": criterion,
                "before": rating.value,
                "value": value,
                "version": saved.version,
            },
        )
    return saved


def choice_save(
    *,
    assignment: Assignment,
    picks: Picks,
    version: int,
    key: UUID | None = None,
    actor: User,
) -> Saved:
    """Save best and second best, in part or whole, as the tie rule allows."""
    _check_picks(picks, assignment.seat.study.rules.tie_rule)
    with writing(assignment) as study:
        slots = {slot.letter: slot for slot in assignment.slots.all()}
        choice = Choice.objects.get(assignment=assignment)
        values = {
            "best": _slot_at(slots, picks.best),
            "second": _slot_at(slots, picks.second),
            "verdict": picks.verdict,
            "confidence": picks.confidence,
        }
        saved = _replace(choice, version=version, key=key, values=values)
        if saved is None:
            return _before(choice)
        event_append(
            study=study,
            kind="choice_saved",
            actor=actor,
            payload={
                "assignment": str(assignment.pk),
                "best": picks.best,
                "second": picks.second,
                "verdict": picks.verdict,
                "confidence": picks.confidence,
                "version": saved.version,
            },
        )
    return saved


def _check_picks(picks: Picks, rule: TieRule) -> None:
    allowed = {TieRule.TIES: Choice.Verdict.TIE, TieRule.NONE_ACCEPTABLE: "none"}
    if picks.verdict and picks.verdict != allowed.get(rule):
        raise StudyError(f"the tie rule {rule.value!r} asks for a best option")
    if picks.verdict and (picks.best or picks.second):
        raise StudyError("choose a best option or none, not both")
    if picks.best and picks.best == picks.second:
        raise StudyError(
            f"best and second best are both {picks.best}; choose two different options"
        )
    if picks.confidence not in (None, 1, 2, 3):
        raise StudyError(f"confidence is 1, 2 or 3, not {picks.confidence!r}")


def _slot_at(slots: dict[str, Slot], letter: str) -> Slot | None:
    if letter and letter not in slots:
        raise StudyError(f"this case has no option {letter!r}")
    return slots[letter] if letter else None


def comment_save(
    *,
    assignment: Assignment,
    text: str,
    version: int,
    key: UUID | None = None,
    actor: User,
) -> Saved:
    """Save the comment; the log keeps its words, apart from the chain."""
    with writing(assignment) as study:
        comment = Comment.objects.get(assignment=assignment)
        saved = _replace(comment, version=version, key=key, values={"text": text})
        if saved is None:
            return _before(comment)
        event_append(
            study=study,
            kind="comment_saved",
            actor=actor,
            payload={
                "assignment": str(assignment.pk),
                "text": text,
                "version": saved.version,
            },
        )
    return saved


def guess_save(
    *,
    assignment: Assignment,
    letter: str,
    is_unknown: bool,
    version: int,
    key: UUID | None = None,
    actor: User,
) -> Saved:
    """Save which option the rater takes for the authors' own, or "don't know"."""
    if letter and is_unknown:
        raise StudyError("guess an option or say that you do not know, not both")
    with writing(assignment) as study:
        slots = {slot.letter: slot for slot in assignment.slots.all()}
        guess = Guess.objects.get(assignment=assignment)
        values = {"slot": _slot_at(slots, letter), "is_unknown": is_unknown}
        saved = _replace(guess, version=version, key=key, values=values)
        if saved is None:
            return _before(guess)
        event_append(
            study=study,
            kind="guess_saved",
            actor=actor,
            payload={
                "assignment": str(assignment.pk),
                "letter": letter,
                "unknown": is_unknown,
            },
        )
    return saved
