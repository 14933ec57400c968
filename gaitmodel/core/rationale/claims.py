"""A claim: what a rationale asserts about a measurable quantity, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gaitmodel.core.rationale.vocabulary import Quantity
from gaitmodel.core.records import Side


class ClaimKind(StrEnum):
    VALUE = "value"  # the left step time is 0.45 s
    AT_LEAST = "at_least"  # cadence above 180
    AT_MOST = "at_most"  # swing below 30 %
    RANGE = "range"  # cadence of 100 to 110
    DIFFERENCE = "difference"  # the sides differ by 0.02 s
    GREATER = "greater"  # the left step is longer than the right
    SMALLER = "smaller"
    SYMMETRIC = "symmetric"
    ASYMMETRIC = "asymmetric"


@dataclass(frozen=True)
class Claim:
    """``start`` and ``end`` are offsets in the whole text; ``sentence`` likewise.

    ``value`` and ``step`` (the last decimal place written) are in the quantity's base
    unit; ``upper`` is the upper end of a range. ``side`` is the side the claim is
    about; in a comparison, the first. ``quantity`` is ``None`` for a number with a
    unit whose meaning cannot be determined. A ``denied`` claim is negated in the text
    ("not longer than the right", "not 112").
    """

    kind: ClaimKind
    quantity: Quantity | None
    side: Side | None
    value: float | None
    upper: float | None
    unit: str
    step: float
    about: bool
    start: int
    end: int
    sentence: tuple[int, int]
    denied: bool = False

    @property
    def is_number(self) -> bool:
        return self.value is not None
