"""Rated outputs as flat rows: four queries per study, however many answers it has.

A study of 100,000 ratings has 25,000 texts; as objects with their relations they would
take seconds and most of a gigabyte before the analysis begins.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from annotations.core.ratings.rated_output import RatedOutput
from annotations.models import Assignment, Rating, SlotIdentity, Study
from gaitmodel.models import Rationale

NUMERAL = re.compile(r"\d+(?:\.\d+)?")
CLAIMS = ("supported", "contradicted", "unsupported")


class _Reading(NamedTuple):
    """One assignment with the answers about it as a whole."""

    seat: int
    clip: str
    label: str
    patient: str
    occasion: int
    state: str
    best: UUID | None
    second: UUID | None
    verdict: str
    comment: str
    guess: UUID | None
    is_unknown: bool | None


class _Shown(NamedTuple):
    """One lettered text and its system."""

    slot: UUID
    assignment: UUID
    letter: str
    text: str
    system: str
    rationale: int


@dataclass(frozen=True)
class Text:
    """What is known about a rationale, read once for all readings that show it."""

    label: str
    claims: Mapping[str, int | None]


def outputs_of(study: Study) -> list[RatedOutput]:
    """In order of seat, position and letter; the caller has opened the vault."""
    readings, texts, scores = _readings(study), texts_shown(study), _scores(study)
    return [
        _rated(shown, readings[shown.assignment], texts[shown.rationale], scores)
        for shown in _shown(study)
    ]


def _readings(study: Study) -> dict[UUID, _Reading]:
    rows = Assignment.objects.filter(seat__study=study).order_by()
    return {
        pk: _Reading._make(values)
        for pk, *values in rows.values_list(
            "pk",
            "seat__number",
            "case__clip__name",
            "case__clip__label",
            "case__clip__subject__name",
            "occasion",
            "state",
            "choice__best_id",
            "choice__second_id",
            "choice__verdict",
            "comment__text",
            "guess__slot_id",
            "guess__is_unknown",
        )
    }


def _shown(study: Study) -> Iterator[_Shown]:
    rows = SlotIdentity.objects.filter(slot__assignment__seat__study=study).order_by(
        "slot__assignment__seat__number", "slot__assignment__position", "slot__letter"
    )
    names = ("slot_id", "slot__assignment_id", "slot__letter", "slot__text")
    for row in rows.values_list(*names, "system", "rationale_id"):
        yield _Shown._make(row)


def texts_shown(study: Study) -> dict[int, Text]:
    """Each text shown in a reading, by its primary key."""
    shown = SlotIdentity.objects.filter(slot__assignment__seat__study=study)
    rows = Rationale.objects.filter(pk__in=shown.values("rationale_id"))
    return {
        pk: Text(label, _claims(evidence))
        for pk, label, evidence in rows.values_list("pk", "label", "evidence")
    }


def _claims(evidence: Mapping[str, Any] | None) -> dict[str, int | None]:
    """How the evidence check judged the text's claims; empty if it did not run."""
    counts = (evidence or {}).get("counts", {})
    return {name: counts.get(name) for name in CLAIMS}


def _scores(study: Study) -> dict[UUID, dict[str, int | None]]:
    """By text: the criteria in the order of the score sheet."""
    ranked = {c.pk: c.key for c in study.criteria.order_by("rank")}
    found: dict[UUID, dict[str, int | None]] = defaultdict(
        lambda: dict.fromkeys(ranked.values())
    )
    rows = Rating.objects.filter(slot__assignment__seat__study=study).order_by()
    for slot, criterion, value in rows.values_list("slot_id", "criterion_id", "value"):
        found[slot][ranked[criterion]] = value
    return found


def _rated(
    shown: _Shown,
    reading: _Reading,
    text: Text,
    scores: Mapping[UUID, Mapping[str, int | None]],
) -> RatedOutput:
    given = scores[shown.slot]
    if reading.state == Assignment.State.CANNOT_JUDGE:
        given = dict.fromkeys(given)
    best, second = _picked(reading, shown.slot)
    return RatedOutput(
        case=reading.clip,
        patient=reading.patient,
        evaluator=evaluator_name(reading.seat),
        model=shown.system,
        position=shown.letter,
        scores=given,
        best=best,
        second=second,
        occasion=reading.occasion,
        words=len(shown.text.split()),
        correct=text.label == reading.label if text.label else None,
        comment=reading.comment,
        guess=_guessed(reading, shown.slot),
        numerals=len(NUMERAL.findall(shown.text)),
        **text.claims,
    )


def evaluator_name(seat: int) -> str:
    """A rater's name in every output, as the user name may be an e-mail address."""
    return f"R{seat}"


def _guessed(reading: _Reading, slot: UUID) -> bool | None:
    """Whether this text was taken for the authors' own; ``None`` if nobody said."""
    if reading.guess is None and not reading.is_unknown:
        return None
    return reading.guess == slot


def _picked(reading: _Reading, slot: UUID) -> tuple[bool | None, bool | None]:
    """Best and second; ``None`` if nothing was chosen, false if a tie was."""
    if reading.state == Assignment.State.CANNOT_JUDGE:
        return None, None
    if reading.best is None and not reading.verdict:
        return None, None
    return reading.best == slot, reading.second == slot
