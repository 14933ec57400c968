"""What a lead may see while a study runs: counts and pace, never a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, Min

from annotations.models import Assignment, Case, Event, Rating, Seat, Study
from annotations.selectors.desk import minutes_read
from annotations.selectors.invitations import invitations_waiting

# Below these a case is worth a question; none of them drops anyone silently.
FAST_MINUTES, LITTLE_COVERAGE = 1.0, 0.5
DEVIATIONS = {
    "seat_reissued": "seat issued again",
    "case_unblinded": "case opened in an emergency",
    "case_reopened": "case taken back by its rater",
    "consent_withdrawn": "consent withdrawn",
    "case_cannot_be_judged": "case could not be judged",
    "texts_shared": "texts are in another study",
}


@dataclass(frozen=True)
class Quality:
    """How many submitted cases are worth a question, and why."""

    fast: int
    unwatched: int
    alike: int

    @property
    def sentences(self) -> tuple[str, ...]:
        words = (
            (self.fast, f"in under {FAST_MINUTES:g} minute"),
            (self.unwatched, f"with under {LITTLE_COVERAGE:.0%} of the film played"),
            (self.alike, "with the same score everywhere"),
        )
        return tuple(f"{count} {why}" for count, why in words if count)


@dataclass(frozen=True)
class SeatProgress:
    """How far one rater is."""

    number: int
    rater: str
    invited: str
    site: str
    consented: bool
    total: int
    submitted: int
    cannot_judge: int
    median_minutes: float | None
    last_seen: datetime | None
    quality: Quality

    @property
    def done(self) -> int:
        return self.submitted + self.cannot_judge


@dataclass(frozen=True)
class Deviation:
    """Something that the protocol did not foresee, as the log has it."""

    at: datetime
    what: str
    who: str
    reason: str


def study_progress(study: Study) -> list[SeatProgress]:
    """One line per seat, in order, from four queries."""
    seats = list(study.seats.select_related("rater"))
    invited = dict(invitations_waiting(study).values_list("seat_id", "email"))
    cases: dict[UUID, list[_Case]] = {seat.pk: [] for seat in seats}
    for case in _cases(study):
        cases[case.seat].append(case)
    alike = _alike(study)
    return [
        _seat_progress(seat, invited.get(seat.pk, ""), cases[seat.pk], alike)
        for seat in seats
    ]


class _Case(NamedTuple):
    """What is counted of one reading: a large study has thousands."""

    pk: UUID
    seat: UUID
    state: str
    opened_at: datetime | None
    submitted_at: datetime | None
    active_s: float | None
    coverage: float | None

    @property
    def minutes(self) -> float | None:
        return minutes_read(self.active_s, self.opened_at, self.submitted_at)

    @property
    def is_unwatched(self) -> bool:
        return self.coverage is not None and self.coverage < LITTLE_COVERAGE


def _cases(study: Study) -> list[_Case]:
    rows = Assignment.objects.filter(seat__study=study).order_by()
    times = ("opened_at", "submitted_at", "attention__active_s", "attention__coverage")
    return [_Case._make(row) for row in rows.values_list("pk", "seat", "state", *times)]


def _alike(study: Study) -> Mapping[UUID, bool]:
    """Whether all of a submitted case's cells hold one point."""
    rows = (
        Rating.objects.filter(
            slot__assignment__seat__study=study,
            slot__assignment__state=Assignment.State.SUBMITTED,
        )
        .values("slot__assignment")
        .annotate(low=Min("value"), high=Max("value"))
    )
    return {row["slot__assignment"]: row["low"] == row["high"] for row in rows}


def _seat_progress(
    seat: Seat,
    invited: str,
    assignments: Sequence[_Case],
    alike: Mapping[UUID, bool],
) -> SeatProgress:
    states = [case.state for case in assignments]
    done = [case for case in assignments if case.state == Assignment.State.SUBMITTED]
    minutes = [spent for case in done if (spent := case.minutes) is not None]
    ends = [case.submitted_at for case in assignments if case.submitted_at]
    return SeatProgress(
        number=seat.number,
        rater=seat.rater.username if seat.rater else "",
        invited=invited,
        site=seat.site,
        consented=seat.consented_at is not None,
        total=len(assignments),
        submitted=states.count(Assignment.State.SUBMITTED),
        cannot_judge=states.count(Assignment.State.CANNOT_JUDGE),
        median_minutes=round(median(minutes), 1) if minutes else None,
        last_seen=max(ends, default=None),
        quality=Quality(
            fast=sum(spent < FAST_MINUTES for spent in minutes),
            unwatched=sum(case.is_unwatched for case in done),
            alike=sum(alike.get(case.pk, False) for case in done),
        ),
    )


def study_deviations(study: Study) -> list[Deviation]:
    """What the log has of it, newest last."""
    rows = Event.objects.filter(study=study, kind__in=DEVIATIONS)
    return [
        Deviation(
            at=event.at,
            what=DEVIATIONS[event.kind],
            who=event.actor.username if event.actor else "",
            reason=str(_payload(event).get("reason", "")),
        )
        for event in rows.select_related("content", "actor").order_by("sequence")
    ]


def _payload(event: Event) -> Mapping[str, object]:
    content = getattr(event, "content", None)
    return content.payload if content else {}


def clips_blinded() -> set[int]:
    """Clips (by id) of studies that are not unblinded: their texts have no system yet."""
    cases = Case.objects.exclude(study__state=Study.State.UNBLINDED)
    return set(cases.values_list("clip_id", flat=True))
