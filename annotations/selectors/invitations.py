"""Invitations that can still be used, and why one cannot."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from annotations.models import Invitation, Study


def invitations_waiting(study: Study) -> QuerySet[Invitation]:
    """Usable invitations to seats without a rater."""
    return Invitation.objects.filter(
        seat__study=study,
        seat__rater__isnull=True,
        accepted_at__isnull=True,
        expires_at__gt=timezone.now(),
    )


def invitation_void(invitation: Invitation) -> str:
    """Why it can no longer be used, for the stranger who holds it; empty if it can.

    The reason never names the study, as its name may reveal a diagnosis.
    """
    if invitation.expires_at <= timezone.now():
        return "This invitation has expired. Ask whoever sent it for a new one."
    study = invitation.seat.study
    if not study.is_open:
        return f"The study is {study.state}, so nobody can join it any more."
    return ""
