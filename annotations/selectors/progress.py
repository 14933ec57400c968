"""What a lead may see while a study runs: counts and pace, never a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from annotations.models import Assignment, Invitation, Seat, Study


@dataclass(frozen=True)
class SeatProgress:
    """How far one rater is."""

    number: int
    rater: str
    invited: str
    total: int
    submitted: int
    cannot_judge: int
    median_minutes: float | None
    last_seen: datetime | None

    @property
    def done(self) -> int:
        return self.submitted + self.cannot_judge


def study_progress(study: Study) -> list[SeatProgress]:
    """One line per seat, in order, from three queries."""
    seats = list(study.seats.select_related("rater"))
    invited = {
        invitation.seat_id: invitation.email
        for invitation in Invitation.objects.filter(seat__study=study).order_by(
            "created_at"
        )
    }
    cases: dict[object, list[Assignment]] = {seat.pk: [] for seat in seats}
    for assignment in Assignment.objects.filter(seat__study=study):
        cases[assignment.seat_id].append(assignment)
    return [
        _seat_progress(seat, invited.get(seat.pk, ""), cases[seat.pk]) for seat in seats
    ]


def _seat_progress(
    seat: Seat, invited: str, assignments: Sequence[Assignment]
) -> SeatProgress:
    times = [
        (case.opened_at, case.submitted_at)
        for case in assignments
        if case.opened_at and case.submitted_at
    ]
    minutes = [(end - start).total_seconds() / 60 for start, end in times]
    states = [case.state for case in assignments]
    return SeatProgress(
        number=seat.number,
        rater=seat.rater.username if seat.rater else "",
        invited=invited,
        total=len(assignments),
        submitted=states.count(Assignment.State.SUBMITTED),
        cannot_judge=states.count(Assignment.State.CANNOT_JUDGE),
        median_minutes=round(median(minutes), 1) if minutes else None,
        last_seen=max((end for _, end in times), default=None),
    )
