"""The rows of a new study: cases, seats, assignments, lettered slots, empty answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from annotations.core.allocation.design import Allocation, Reading
from annotations.core.allocation.partition import CaseKey
from annotations.core.instrument.presentation import presented
from annotations.core.instrument.protocol import Protocol
from annotations.models import (
    Assignment,
    Case,
    Choice,
    Comment,
    Criterion,
    Guess,
    Rating,
    Seat,
    Slot,
    SlotIdentity,
    Study,
)
from gaitmodel.core.media.probe import probe
from gaitmodel.core.store import file_sha256
from gaitmodel.models import Clip, Rationale
from gaitmodel.selectors import clip_shown_video

LETTERS = "ABCDEF"


@dataclass(frozen=True)
class Composition:
    """All the data for the rows, checked before anything is written."""

    keys: tuple[CaseKey, ...]
    n_raters: int
    clips: Mapping[str, Clip]
    rationales: Mapping[tuple[int, str], Rationale]
    systems: tuple[str, ...]
    allocation: Allocation

    def system_at(self, masked: int) -> str:
        return self.systems[self.allocation.systems[masked]]


def rows_create(study: Study, rules: Protocol, made: Composition) -> None:
    """Write the study's rows, in the order of the letters, never of the systems."""
    criteria = Criterion.objects.bulk_create(
        Criterion(
            study=study,
            key=criterion.key,
            title=criterion.title,
            question=criterion.question,
            low=criterion.low,
            high=criterion.high,
            rank=rank,
        )
        for rank, criterion in enumerate(rules.criteria, start=1)
    )
    cases = {
        key.case: case
        for key, case in zip(
            made.keys,
            Case.objects.bulk_create(
                _case(study, made.clips[key.case]) for key in made.keys
            ),
            strict=True,
        )
    }
    seats = Seat.objects.bulk_create(
        Seat(study=study, number=number) for number in range(1, made.n_raters + 1)
    )
    readings = made.allocation.readings
    assignments = Assignment.objects.bulk_create(
        Assignment(
            seat=seats[reading.rater],
            case=cases[reading.case.case],
            position=reading.position,
            occasion=reading.occasion,
        )
        for reading in readings
    )
    slots = _slots_create(readings, assignments, made, rules.presentation)
    Rating.objects.bulk_create(
        Rating(slot=slot, criterion=criterion)
        for slot in slots
        for criterion in criteria
    )
    Choice.objects.bulk_create(Choice(assignment=row) for row in assignments)
    Comment.objects.bulk_create(Comment(assignment=row) for row in assignments)
    Guess.objects.bulk_create(Guess(assignment=row) for row in assignments)


def _case(study: Study, clip: Clip) -> Case:
    film = clip_shown_video(clip)
    return Case(
        study=study,
        clip=clip,
        film=str(film.relative_to(settings.CLIP_STORE)),
        film_sha256=file_sha256(film),
        film_fps=probe(film).fps,
    )


def _slots_create(
    readings: Sequence[Reading],
    assignments: Sequence[Assignment],
    made: Composition,
    presentation: str,
) -> list[Slot]:
    slots, identities = [], []
    for reading, assignment in zip(readings, assignments, strict=True):
        for letter, masked in zip(LETTERS, reading.order, strict=False):
            system = made.system_at(masked)
            rationale = made.rationales[made.clips[reading.case.case].pk, system]
            slot = Slot(
                assignment=assignment,
                letter=letter,
                text=presented(rationale.text, presentation),
            )
            slots.append(slot)
            identities.append(
                SlotIdentity(slot=slot, system=system, rationale=rationale)
            )
    Slot.objects.bulk_create(slots)
    SlotIdentity.objects.bulk_create(identities)
    return slots
