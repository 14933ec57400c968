"""Which study a URL is about, for the log: ids only, each looked up once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from annotations.models import Assignment, Seat


def study_of(kwargs: Mapping[str, Any]) -> str:
    """The study's id from a URL's arguments; empty if it is about none."""
    if "study_id" in kwargs:
        return str(kwargs["study_id"])
    if isinstance(case := kwargs.get("case_id"), UUID):
        return _study_of_case(case)
    if isinstance(seat := kwargs.get("seat_id"), UUID):
        return _study_of_seat(seat)
    return ""


@lru_cache(maxsize=10_000)
def _study_of_case(case_id: UUID) -> str:
    """Cached: a case never moves to another study."""
    rows = Assignment.objects.filter(pk=case_id)
    return str(rows.values_list("seat__study_id", flat=True).first() or "")


@lru_cache(maxsize=10_000)
def _study_of_seat(seat_id: UUID) -> str:
    rows = Seat.objects.filter(pk=seat_id)
    return str(rows.values_list("study_id", flat=True).first() or "")
