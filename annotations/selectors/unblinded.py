"""The only read that joins answers with systems, and only after unblinding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count

from annotations.core.errors import StateError
from annotations.core.plan import AnalysisPlan, plan_from
from annotations.core.ratings import Counted, RatedOutput
from annotations.models import (
    Assignment,
    Choice,
    Guess,
    Rating,
    Seal,
    SlotIdentity,
    Study,
)
from annotations.vault import vault_opened

NUMERAL = re.compile(r"\d+(?:\.\d+)?")


def _check_unblinded(study: Study) -> None:
    """Ask the database, not the object at hand, whether the study is unblinded."""
    if not Study.objects.filter(pk=study.pk, state=Study.State.UNBLINDED).exists():
        raise StateError(
            f"study {study.name!r} is not unblinded: its systems stay unknown"
        )


def study_target(study: Study) -> str:
    """The system that the sealed plan puts first; empty if it names none."""
    return study_plan(study).target


def study_plan(study: Study) -> AnalysisPlan:
    """The analysis plan that was sealed before the study opened."""
    _check_unblinded(study)
    with vault_opened():
        return plan_from(study.secret.plan)


def study_seal(study: Study) -> str | None:
    """The public root under which the plan was sealed."""
    seal = Seal.objects.filter(study=study).first()
    return seal.root if seal else None


def ratings_for(study: Study) -> list[RatedOutput]:
    """Every rated output of an unblinded study, in order of seat, position and letter.

    A case that could not be judged, or was not submitted, appears with what was
    answered (nothing, where it could not be judged), so that missing data are counted.

    Raises
    ------
    StateError
        If the study is not unblinded.
    """
    _check_unblinded(study)
    with vault_opened():
        identities = (
            SlotIdentity.objects.filter(slot__assignment__seat__study=study)
            .select_related(
                "rationale",
                "slot__assignment__seat__rater",
                "slot__assignment__case__clip__subject",
                "slot__assignment__choice",
                "slot__assignment__comment",
                "slot__assignment__guess",
            )
            .prefetch_related("slot__ratings__criterion")
            .order_by(
                "slot__assignment__seat__number",
                "slot__assignment__position",
                "slot__letter",
            )
        )
        return [_rated(identity) for identity in identities]


def _rated(identity: SlotIdentity) -> RatedOutput:
    slot = identity.slot
    assignment = slot.assignment
    clip = assignment.case.clip
    rater = assignment.seat.rater
    label = identity.rationale.label
    best, second = _picked(assignment, slot.pk)
    return RatedOutput(
        case=clip.name,
        patient=clip.subject.name,
        evaluator=rater.username if rater else f"seat {assignment.seat.number}",
        model=identity.system,
        position=slot.letter,
        scores=_scores(identity),
        best=best,
        second=second,
        occasion=assignment.occasion,
        words=len(slot.text.split()),
        correct=label == clip.label if label else None,
        comment=assignment.comment.text,
        guess=_guessed(assignment, slot.pk),
        numerals=len(NUMERAL.findall(slot.text)),
        **_claims(identity.rationale.evidence),
    )


def _claims(evidence: Mapping[str, Any] | None) -> dict[str, int | None]:
    """How the evidence check judged the text's claims; nothing where it did not run."""
    counts = (evidence or {}).get("counts", {})
    return {
        name: counts.get(name) for name in ("supported", "contradicted", "unsupported")
    }


def rating_counts(study: Study) -> Iterator[Counted]:
    """Patient, system, criterion, value and count of first readings, counted in SQL.

    Raises
    ------
    StateError
        If the study is not unblinded.
    """
    _check_unblinded(study)
    with vault_opened():
        rows = (
            Rating.objects.filter(
                slot__assignment__seat__study=study,
                slot__assignment__occasion=1,
                value__isnull=False,
            )
            .exclude(slot__assignment__state=Assignment.State.CANNOT_JUDGE)
            .order_by()
            .values_list(
                "slot__assignment__case__clip__subject__name",
                "slot__identity__system",
                "criterion__key",
                "value",
            )
            .annotate(count=Count("pk"))
        )
        yield from rows


def _guessed(assignment: Assignment, slot: object) -> bool | None:
    """Whether this text was taken for the authors' own; ``None`` if nobody said."""
    guess: Guess | None = getattr(assignment, "guess", None)
    if guess is None or (guess.slot_id is None and not guess.is_unknown):
        return None
    return guess.slot_id == slot


def _scores(identity: SlotIdentity) -> Mapping[str, int | None]:
    slot = identity.slot
    judged = slot.assignment.state != Assignment.State.CANNOT_JUDGE
    ratings = sorted(slot.ratings.all(), key=lambda rating: rating.criterion.rank)
    return {
        rating.criterion.key: rating.value if judged else None for rating in ratings
    }


def _picked(assignment: Assignment, slot: object) -> tuple[bool | None, bool | None]:
    """Best and second; ``None`` where nothing was chosen, no where a tie was."""
    choice: Choice = assignment.choice
    if assignment.state == Assignment.State.CANNOT_JUDGE:
        return None, None
    if choice.best_id is None and not choice.verdict:
        return None, None
    return choice.best_id == slot, choice.second_id == slot
