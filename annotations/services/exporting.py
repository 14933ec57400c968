"""Record in the study's log that data left the site."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from annotations.audit import event_append, study_for_update
from annotations.models import Event, Study


@transaction.atomic
def export_note(*, study: Study, actor: User | None, what: str, sha256: str) -> Event:
    """Log who took ``what`` (``bundle`` or ``ratings``), with its hash."""
    return event_append(
        study=study_for_update(study.pk),
        kind="data_exported",
        actor=actor,
        payload={"what": what, "sha256": sha256},
    )
