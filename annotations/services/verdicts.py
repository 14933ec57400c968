"""Saving the answers about a case as a whole: the choice, the comment, the guess."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.contrib.auth.models import User

from annotations.audit import event_append
from annotations.core.errors import StudyError
from annotations.core.instrument.protocol import TieRule
from annotations.models import Choice, Comment, Guess, Slot
from annotations.selectors.answers import case_missing
from annotations.services.writing import (
    HeldCase,
    Saved,
    answer_replace,
    saved_before,
    version_seen,
    writing,
)

Values = Mapping[str, object]


@dataclass(frozen=True)
class Picks:
    """Best and second best by letter, or the verdict that the tie rule allows."""

    best: str = ""
    second: str = ""
    verdict: str = ""
    confidence: int | None = None


@dataclass(frozen=True)
class Page:
    """The version of the answer that the page showed, the write's own key, and those of
    the page's unacknowledged writes.
    """

    version: int
    key: UUID | None
    earlier: Collection[UUID] = ()


def choice_save(
    *,
    case_id: UUID,
    picks: Picks,
    version: int,
    key: UUID | None = None,
    earlier: Collection[UUID] = (),
    actor: User,
) -> Saved:
    """Save best and second best, partly or fully, as the tie rule allows."""

    def values(held: HeldCase, slots: Mapping[str, Slot]) -> Values:
        _check_picks(picks, held.study.rules.tie_rule)
        return {
            "best": _slot_at(slots, picks.best),
            "second": _slot_at(slots, picks.second),
            "verdict": picks.verdict,
            "confidence": picks.confidence,
        }

    said = vars(picks)
    page = Page(version, key, earlier)
    return _save(Choice, case_id, page, actor, "choice_saved", values, said)


def comment_save(
    *,
    case_id: UUID,
    text: str,
    version: int,
    key: UUID | None = None,
    earlier: Collection[UUID] = (),
    actor: User,
) -> Saved:
    """Save the comment; the log keeps its text outside the chain."""

    def values(held: HeldCase, slots: Mapping[str, Slot]) -> Values:
        return {"text": text}

    said = {"text": text}
    page = Page(version, key, earlier)
    return _save(Comment, case_id, page, actor, "comment_saved", values, said)


def guess_save(
    *,
    case_id: UUID,
    letter: str,
    is_unknown: bool,
    version: int,
    key: UUID | None = None,
    earlier: Collection[UUID] = (),
    actor: User,
) -> Saved:
    """Save which option the rater takes for the authors' own, or "don't know"."""
    if letter and is_unknown:
        raise StudyError("guess an option or say that you do not know, not both")

    def values(held: HeldCase, slots: Mapping[str, Slot]) -> Values:
        if not held.study.rules.guess:
            raise StudyError("this study does not ask for a guess")
        return {"slot": _slot_at(slots, letter), "is_unknown": is_unknown}

    said = {"letter": letter, "unknown": is_unknown}
    page = Page(version, key, earlier)
    return _save(Guess, case_id, page, actor, "guess_saved", values, said)


def _save(
    model: type[Choice] | type[Comment] | type[Guess],
    case_id: UUID,
    page: Page,
    actor: User,
    kind: str,
    values: Callable[[HeldCase, Mapping[str, Slot]], Values],
    said: Values,
) -> Saved:
    """Update the case's one row of this model, and log the answer."""
    with writing(case_id, actor) as held:
        slots = {slot.letter: slot for slot in held.assignment.slots.all()}
        row = model.objects.get(assignment=held.assignment)
        saved = answer_replace(
            row,
            version=version_seen(row, page.version, page.earlier),
            key=page.key,
            values=values(held, slots),
        )
        if saved is None:
            saved = saved_before(row.version, row.changed_at)
        else:
            event_append(
                study=held.study,
                kind=kind,
                actor=actor,
                payload={
                    "assignment": str(case_id),
                    **said,
                    "version": saved.version,
                },
            )
        missing = case_missing(case_id, held.study.rules)
    return replace(saved, missing=missing)


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


def _slot_at(slots: Mapping[str, Slot], letter: str) -> Slot | None:
    if letter and letter not in slots:
        raise StudyError(f"this case has no option {letter!r}")
    return slots[letter] if letter else None
