"""Erasing a rater's answers from an open study, and their words from its log.

The log's entries stay: they hold salted digests only, so the chain verifies without
the payloads that are erased here.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Q

from annotations.core.proof.chain import LED, SEATED
from annotations.models import (
    Assignment,
    Attention,
    Choice,
    Comment,
    EventContent,
    Guess,
    OwnDiagnosis,
    Rating,
    Seat,
    Study,
)

UNANSWERED = {"version": 0, "last_key": None, "changed_at": None}


def answers_clear(seat: Seat) -> None:
    """Reset every case of a seat, keeping order and letters."""
    cases = Assignment.objects.filter(seat=seat)
    Rating.objects.filter(slot__assignment__in=cases).update(
        value=None, first_value=None, modality="", **UNANSWERED
    )
    mine = {"assignment__in": cases}
    Choice.objects.filter(**mine).update(
        best=None, second=None, verdict="", confidence=None, **UNANSWERED
    )
    Comment.objects.filter(**mine).update(text="", **UNANSWERED)
    Guess.objects.filter(**mine).update(slot=None, is_unknown=False, **UNANSWERED)
    OwnDiagnosis.objects.filter(**mine).delete()
    Attention.objects.filter(**mine).delete()
    cases.update(
        state=Assignment.State.NEW, opened_at=None, submitted_at=None, reason=""
    )


def contents_erase(study: Study, rater: User) -> int:
    """Erase the content of a rater's acts in the log; return the number of entries.

    What the same person did as a lead, before or after, concerns others and stays.
    """
    acts = EventContent.objects.filter(event__study=study, event__actor=rater)
    as_lead = Q(event__kind__in=LED) | (
        Q(event__kind=SEATED) & ~Q(payload__rater=rater.pk)
    )
    erased, _ = acts.exclude(as_lead).delete()
    return erased


def seat_free(seat: Seat) -> None:
    """Empty a seat and clear its answers; its cases stay as allocated."""
    answers_clear(seat)
    Seat.objects.filter(pk=seat.pk).update(
        rater=None,
        site="",
        consent_version="",
        consented_at=None,
        instructed_at=None,
        practised_at=None,
    )
