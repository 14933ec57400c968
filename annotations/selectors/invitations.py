"""Invitations that somebody may still come by, and why one leads nowhere."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from annotations.models import Invitation, Study


def invitations_waiting(study: Study) -> QuerySet[Invitation]:
    """Invitations to a seat without a rater that can still be used."""
    return Invitation.objects.filter(
        seat__study=study,
        seat__rater__isnull=True,
        accepted_at__isnull=True,
        expires_at__gt=timezone.now(),
    )


def invitation_void(invitation: Invitation) -> str:
    """Why it can no longer be used, for the stranger who holds it; or nothing.

    What is said here names no study: its name may tell a diagnosis.
    """
    if invitation.expires_at <= timezone.now():
        return "This invitation has expired. Ask whoever sent it for a new one."
    study = invitation.seat.study
    if not study.is_open:
        return f"The study is {study.state}, so nobody can join it any more."
    return ""
