"""Saving one cell: one transaction, five statements, no unneeded row read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.audit import event_append
from annotations.core.errors import StudyError
from annotations.core.instrument.criteria import LIKERT
from annotations.models import Rating
from annotations.selectors.answers import CellRow, cell_rows, missing_of
from annotations.services.writing import (
    ConflictError,
    Saved,
    check_still_seated,
    check_writable,
    saved_before,
    study_held,
    version_seen,
)


def rating_save(
    *,
    case_id: UUID,
    letter: str,
    criterion: str,
    value: int | None,
    version: int,
    key: UUID | None = None,
    earlier: Collection[UUID] = (),
    modality: str = "",
    actor: User,
) -> Saved:
    """Save one cell of the score sheet; ``None`` clears it.

    ``earlier`` are keys of the page's unacknowledged writes.

    Raises
    ------
    UnknownCaseError
        If the case is not the actor's.
    ConflictError
        If the cell has another version than ``version``.
    StudyError
        If the value is not a whole number from 1 to 5, or the case is not writable now.
    """
    if value is not None and (type(value) is not int or value not in LIKERT):
        raise StudyError(f"a rating is a whole number from 1 to 5, not {value!r}")
    with transaction.atomic():
        study = study_held(case_id, actor)
        rows = cell_rows(case_id)
        cell = _cell(rows, letter, criterion)
        check_still_seated(cell.rater, actor)
        check_writable(study, cell.state, cell.consented_at, cell.own_label)
        if key is not None and cell.last_key == key:
            before = saved_before(cell.version, cell.changed_at)
            return replace(before, missing=missing_of(rows, study.rules))
        version = version_seen(cell, version, earlier)
        saved = _write(cell, value, version, key, modality)
        event_append(
            study=study,
            kind="rating_saved",
            actor=actor,
            payload={
                "slot": str(cell.slot),
                "criterion": criterion,
                "before": cell.value,
                "value": value,
                "version": saved.version,
                "modality": modality,
            },
        )
    now = [row._replace(value=value) if row is cell else row for row in rows]
    return replace(saved, missing=missing_of(now, study.rules))


def _cell(rows: Sequence[CellRow], letter: str, criterion: str) -> CellRow:
    for row in rows:
        if (row.letter, row.criterion) == (letter, criterion):
            return row
    raise StudyError(f"this case has no cell {letter}, {criterion}")


def _write(
    cell: CellRow, value: int | None, version: int, key: UUID | None, modality: str
) -> Saved:
    now = timezone.now()
    first = value if cell.first_value is None else cell.first_value
    changed = Rating.objects.filter(pk=cell.pk, version=version).update(
        version=version + 1,
        last_key=key,
        changed_at=now,
        value=value,
        first_value=first,
        modality=modality,
    )
    if not changed:
        raise ConflictError("this answer was changed in another window")
    return Saved(version + 1, now)
