"""A rater's desk: their share of each study, what is done and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from uuid import UUID

from django.contrib.auth.models import User

from annotations.models import Assignment, Seat
from annotations.selectors.cases import assignments_of

# Minutes per case assumed at first, and the longest that counts as reading.
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
    """A rater's share of one study, with an estimate of the time left."""

    seat: UUID
    is_open: bool
    needs_consent: bool
    may_withdraw: bool
    is_instructed: bool
    offers_practice: bool
    reopening: bool
    break_after: int
    cases: tuple[DeskCase, ...]
    done: int
    minutes_left: int

    @property
    def total(self) -> int:
        return len(self.cases)

    @property
    def next_case(self) -> DeskCase | None:
        return next((case for case in self.cases if not case.is_done), None)

    @property
    def is_time_for_a_break(self) -> bool:
        """Whether to suggest a break: at regular intervals, while cases are left."""
        if not self.break_after or not self.done or self.next_case is None:
            return False
        return self.done % self.break_after == 0


def desks_for(rater: User) -> list[Desk]:
    """The rater's shares, open studies first."""
    by_seat = defaultdict(list)
    assignments = assignments_of(rater).select_related("seat__study", "attention")
    for assignment in assignments.order_by("seat__study__opened_at", "position"):
        by_seat[assignment.seat].append(assignment)
    desks = [_desk(seat, cases) for seat, cases in by_seat.items()]
    return sorted(desks, key=lambda desk: not desk.is_open)


def _desk(seat: Seat, assignments: Sequence[Assignment]) -> Desk:
    rules = seat.study.rules
    done = [assignment for assignment in assignments if assignment.is_done]
    left = len(assignments) - len(done)
    return Desk(
        seat=seat.pk,
        is_open=seat.study.is_open,
        needs_consent=bool(rules.consents) and seat.consented_at is None,
        may_withdraw=seat.consented_at is not None and seat.study.is_open,
        is_instructed=seat.instructed_at is not None,
        offers_practice=rules.practice and seat.practised_at is None,
        reopening=rules.reopening and seat.study.is_open,
        break_after=rules.break_after,
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
        minutes_left=max(1, round(left * _minutes_per_case(done))) if left else 0,
    )


def _minutes_per_case(done: Sequence[Assignment]) -> float:
    """The rater's own median, or the assumed pace before there is one."""
    minutes = [spent for case in done if (spent := minutes_spent(case)) is not None]
    return median(minutes) if len(minutes) >= PACED_CASES else ASSUMED_MINUTES


def minutes_spent(case: Assignment) -> float | None:
    """Active minutes as the browser reported them, else from opening to submission."""
    attention = getattr(case, "attention", None)
    active_s = attention.active_s if attention is not None else None
    return minutes_read(active_s, case.opened_at, case.submitted_at)


def minutes_read(
    active_s: float | None, opened_at: datetime | None, submitted_at: datetime | None
) -> float | None:
    """The same, from a case's columns."""
    if active_s is not None and active_s > 0:
        return float(active_s) / 60
    if submitted_at is None or opened_at is None:
        return None
    spent = (submitted_at - opened_at).total_seconds() / 60
    return min(spent, LONGEST_MINUTES)
