"""Invitations that somebody may still come by."""

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
