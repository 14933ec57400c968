"""A case's cells as stored, and what is still to be answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from annotations.core.instrument.protocol import Protocol, TieRule
from annotations.models import Rating


class CellRow(NamedTuple):
    """One cell with its case's state: all that saving it needs, from one query."""

    pk: int
    slot: UUID
    letter: str
    criterion: str
    title: str
    value: int | None
    first_value: int | None
    version: int
    last_key: UUID | None
    changed_at: datetime | None
    state: str
    rater: int | None
    consented_at: datetime | None
    own_label: str | None
    best: UUID | None
    second: UUID | None
    verdict: str


class Missing(NamedTuple):
    """An answer still to be given, and its place on the page."""

    label: str
    anchor: str

    def __str__(self) -> str:
        return self.label


def cell_rows(case_id: UUID) -> list[CellRow]:
    """Every cell of a case in the order of the page."""
    rows = Rating.objects.filter(slot__assignment=case_id).values_list(
        "pk",
        "slot_id",
        "slot__letter",
        "criterion__key",
        "criterion__title",
        "value",
        "first_value",
        "version",
        "last_key",
        "changed_at",
        "slot__assignment__state",
        "slot__assignment__seat__rater_id",
        "slot__assignment__seat__consented_at",
        "slot__assignment__own_diagnosis__label",
        "slot__assignment__choice__best_id",
        "slot__assignment__choice__second_id",
        "slot__assignment__choice__verdict",
    )
    return [CellRow(*row) for row in rows.order_by("criterion__rank", "slot__letter")]


def missing_of(rows: Sequence[CellRow], rules: Protocol) -> tuple[Missing, ...]:
    """What is still to be answered; decides whether a case can be submitted."""
    missing = [
        Missing(f"{row.title} of {row.letter}", f"cell-{row.letter}-{row.criterion}")
        for row in rows
        if row.value is None
    ]
    is_settled = bool(rows[0].verdict) and rules.tie_rule != TieRule.FORCED
    if not is_settled and rows[0].best is None:
        missing.append(Missing("best option", "choice-best"))
    if not is_settled and rows[0].second is None:
        missing.append(Missing("second best option", "choice-second"))
    return tuple(missing)


def case_missing(case_id: UUID, rules: Protocol) -> tuple[Missing, ...]:
    """What is still to be answered, by a new query."""
    return missing_of(cell_rows(case_id), rules)
