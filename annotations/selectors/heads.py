"""The time of the last event in each open study's log."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from annotations.models import Study


def open_heads() -> list[tuple[str, datetime]]:
    """Open studies' ids with the time of their last event."""
    rows = Study.objects.filter(state=Study.State.OPEN).annotate(last=Max("events__at"))
    return [(str(row.pk), row.last) for row in rows if row.last]
