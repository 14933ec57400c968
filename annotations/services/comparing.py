"""The rows of a study against its log, both as of one moment."""

from __future__ import annotations

from django.db import transaction

from annotations.audit import log_breaks, study_for_update
from annotations.models import Study
from annotations.services.recoding import coding_breaks
from annotations.services.replaying import answer_breaks
from annotations.services.retracing import closing_breaks


def record_breaks(study: Study) -> tuple[Study, list[str]]:
    """Where log and rows differ, and the study as it was when they were compared.

    A score that comes between reading the one and the other is no difference. So what
    seems to be one, while the log goes on, is looked at again with the study held.
    """
    before = Study.objects.get(pk=study.pk)
    breaks = _breaks(before)
    if not breaks or _head(Study.objects.get(pk=study.pk)) == _head(before):
        return before, breaks
    with transaction.atomic():
        held = study_for_update(study.pk)
        return held, _breaks(held)


def _head(study: Study) -> tuple[int, str]:
    """Every write to what is compared appends to the log."""
    return study.event_count, study.event_head


def _breaks(study: Study) -> list[str]:
    return [
        *log_breaks(study),
        *closing_breaks(study),
        *answer_breaks(study),
        *coding_breaks(study),
    ]
