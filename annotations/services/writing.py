"""How every answer of a rater is written: locked, checked, versioned, logged.

1. The study's row is locked, looked up through the rater: others' cases are not found.
2. Under the lock the seat must still be the rater's, the study open, the case
   unsubmitted, consent given and, if the protocol requires it, the rater's own
   diagnosis made.
3. One row is updated, conditional on the version that the rater saw; a retry of an
   acknowledged write carries the same key and changes nothing.
4. The change is logged in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.core.errors import StateError, StudyError
from annotations.models import Assignment, Study
from annotations.models.answers import Versioned
from annotations.selectors.answers import Missing

FINISHED = (Assignment.State.SUBMITTED, Assignment.State.CANNOT_JUDGE)


class ConflictError(StudyError):
    """The answer was changed elsewhere since this page was loaded."""


class Keyed(Protocol):
    """The trace of a write: the version it produced, and its key."""

    @property
    def version(self) -> int: ...

    @property
    def last_key(self) -> UUID | None: ...


class UnknownCaseError(StudyError):
    """There is no such case for this rater."""


@dataclass(frozen=True)
class Saved:
    """An acknowledged write: the version for the next one, and what is left."""

    version: int
    at: datetime
    missing: tuple[Missing, ...] = ()


def study_held(case_id: UUID, rater: User) -> Study:
    """The open study of the rater's own case, locked until the transaction ends.

    Raises
    ------
    UnknownCaseError
        If the rater has no such case.
    StateError
        If the study is closed.
    """
    found = list(
        Study.objects.select_for_update(of=("self",))
        .filter(seats__assignments=case_id, seats__rater=rater)
        .exclude(state=Study.State.DRAFT)
        .only("state", "protocol", "event_count", "event_head")
        .order_by()
    )
    if not found:
        raise UnknownCaseError("there is no such case")
    if not found[0].is_open:
        raise StateError("the study is closed: answers can no longer be changed")
    return found[0]


def check_still_seated(rater_id: int | None, rater: User) -> None:
    """Refuse a rater who lost the seat while waiting for the study's lock.

    PostgreSQL rereads only the row that it locks: ``study_held`` saw the seat as it was
    before the wait.
    """
    if rater_id != rater.pk:
        raise UnknownCaseError("there is no such case")


def check_writable(
    study: Study, state: str, consented_at: datetime | None, own_label: str | None
) -> None:
    """Refuse a submitted case, and answers before consent or own diagnosis."""
    if state in FINISHED:
        raise StateError("this case has been submitted and can no longer be changed")
    if study.rules.consents and consented_at is None:
        raise StateError("consent has not been given yet")
    if study.rules.own_diagnosis and not own_label:
        raise StateError("give your own diagnosis before reading the texts")


@dataclass(frozen=True)
class HeldCase:
    """A case held for writing, with its study locked."""

    study: Study
    assignment: Assignment


@contextmanager
def writing(
    case_id: UUID, rater: User, *, before_texts: bool = False
) -> Iterator[HeldCase]:
    """Hold a case; refuse unless answers may be written to it now.

    ``before_texts``: for steps before the texts are shown, when the own diagnosis
    cannot have been given yet.
    """
    with transaction.atomic():
        study = study_held(case_id, rater)
        assignment = Assignment.objects.select_related("seat", "own_diagnosis").get(
            pk=case_id
        )
        check_still_seated(assignment.seat.rater_id, rater)
        own = getattr(assignment, "own_diagnosis", None)
        check_writable(
            study,
            assignment.state,
            assignment.seat.consented_at,
            "later" if before_texts else own and own.label,
        )
        yield HeldCase(study, assignment)


def version_seen(row: Keyed, version: int, earlier: Collection[UUID]) -> int:
    """The version that the writer's change is based on.

    If the last write is one of the writer's own ``earlier`` ones, whose acknowledgement
    was lost, the change is based on it, whatever version the page still shows.
    """
    return row.version if row.last_key in earlier else version


def answer_replace(
    row: Versioned, *, version: int, key: UUID | None, values: Mapping[str, object]
) -> Saved | None:
    """Write ``values`` if the row still has ``version``; ``None`` if done before."""
    if key is not None and row.last_key == key:
        return None
    now = timezone.now()
    changed = (
        type(row)
        ._default_manager.filter(pk=row.pk, version=version)
        .update(version=version + 1, last_key=key, changed_at=now, **values)
    )
    if not changed:
        raise ConflictError("this answer was changed in another window")
    return Saved(version + 1, now)


def saved_before(version: int, changed_at: datetime | None) -> Saved:
    """The acknowledgement of a write that a retry repeats."""
    if changed_at is None:
        raise StateError("an answer with a key has no time of change")
    return Saved(version, changed_at)
