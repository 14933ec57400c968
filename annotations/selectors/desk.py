"""A rater's desk: their share of each study, what is done and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

from django.contrib.auth.models import User

from annotations.models import Assignment, Study
from annotations.selectors.blinded import assignments_of

# Before a rater has a pace of their own, and above what a pause counts as reading.
ASSUMED_MINUTES, LONGEST_MINUTES = 4.0, 15.0
PACED_CASES = 2


@dataclass(frozen=True)
class DeskCase:
    """One line of a rater's list."""

    id: UUID
    number: int
    state: str
    is_done: bool


@dataclass(frozen=True)
class Desk:
    """A rater's share of one study, with an honest estimate of what is left."""

    is_open: bool
    cases: tuple[DeskCase, ...]
    done: int
    minutes_left: int

    @property
    def total(self) -> int:
        return len(self.cases)

    @property
    def next_case(self) -> DeskCase | None:
        return next((case for case in self.cases if not case.is_done), None)


def desks_for(rater: User) -> list[Desk]:
    """The rater's shares, open studies first."""
    by_study = defaultdict(list)
    assignments = assignments_of(rater).select_related("seat__study")
    for assignment in assignments.order_by("seat__study__opened_at", "position"):
        by_study[assignment.seat.study].append(assignment)
    desks = [_desk(study, cases) for study, cases in by_study.items()]
    return sorted(desks, key=lambda desk: not desk.is_open)


def _desk(study: Study, assignments: Sequence[Assignment]) -> Desk:
    done = [assignment for assignment in assignments if assignment.is_done]
    left = len(assignments) - len(done)
    return Desk(
        is_open=study.is_open,
        cases=tuple(
            DeskCase(
                assignment.pk,
                assignment.position,
                assignment.get_state_display(),
                assignment.is_done,
            )
            for assignment in assignments
        ),
        done=len(done),
        minutes_left=round(left * _minutes_per_case(done)),
    )


def _minutes_per_case(done: Sequence[Assignment]) -> float:
    """The rater's own median, once there is one."""
    minutes = [
        min((case.submitted_at - case.opened_at).total_seconds() / 60, LONGEST_MINUTES)
        for case in done
        if case.submitted_at and case.opened_at
    ]
    return median(minutes) if len(minutes) >= PACED_CASES else ASSUMED_MINUTES
