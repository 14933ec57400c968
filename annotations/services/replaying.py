"""Compare a study's stored answers with its log."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from annotations.core.proof.replay import Answers, Entry, Place, Replay, differences
from annotations.models import Assignment, Rating, Seat, Slot, Study


def answer_breaks(study: Study) -> list[str]:
    """Each answer, state and rater that differs from its last entry in the log."""
    homes = {
        str(pk): seat
        for rows in (
            Assignment.objects.filter(seat__study=study).values_list(
                "pk", "seat__number"
            ),
            Slot.objects.filter(assignment__seat__study=study).values_list(
                "pk", "assignment__seat__number"
            ),
        )
        for pk, seat in rows.order_by()
    }
    seats = Seat.objects.filter(study=study, rater__isnull=False)
    raters = dict(seats.values_list("number", "rater_id"))
    agreed = Seat.objects.filter(study=study).exclude(
        consented_at=None, consent_version=""
    )
    consents = dict(agreed.values_list("number", "consent_version"))
    replay = Replay(homes).follow(_entries(study))
    return differences(replay, _answers(study), raters, consents)


def _entries(study: Study) -> Iterator[Entry]:
    rows = study.events.order_by("sequence").values_list("kind", "content__payload")
    return (Entry(*row) for row in rows.iterator(chunk_size=1000))


def _answers(study: Study) -> Answers:
    found: Answers = {}
    scores = Rating.objects.filter(slot__assignment__seat__study=study).order_by()
    for slot, criterion, value in scores.values_list(
        "slot_id", "criterion__key", "value"
    ):
        found[Place(criterion, str(slot))] = value
    slots = Slot.objects.filter(assignment__seat__study=study)
    letters = {
        (case, pk): letter
        for case, pk, letter in slots.values_list("assignment_id", "pk", "letter")
    }

    def picked(case: UUID, slot: UUID | None) -> str:
        """The letter, or "?" for a text of another case, whatever its letter."""
        return letters.get((case, slot), "?") if slot else ""

    cases = Assignment.objects.filter(seat__study=study).order_by()
    for (
        pk,
        state,
        reason,
        best,
        second,
        verdict,
        sure,
        text,
        guess,
        unknown,
        *own,
    ) in cases.values_list(
        "pk",
        "state",
        "reason",
        "choice__best_id",
        "choice__second_id",
        "choice__verdict",
        "choice__confidence",
        "comment__text",
        "guess__slot_id",
        "guess__is_unknown",
        "own_diagnosis__label",
        "own_diagnosis__confidence",
    ):
        case = str(pk)
        found[Place("state", case)] = [str(state), reason]
        picks = [picked(pk, best), picked(pk, second), verdict or "", sure]
        found[Place("choice", case)] = picks
        found[Place("comment", case)] = [text or ""]
        found[Place("guess", case)] = [picked(pk, guess), bool(unknown)]
        if own[0] is not None:
            found[Place("own diagnosis", case)] = own
    return found
