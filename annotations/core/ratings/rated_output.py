"""The flat record that every statistic takes: one case x evaluator x model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Counted = tuple[str, str, str, int, int]
"""Patient, system, criterion, value, and how often it was given."""


@dataclass(frozen=True)
class RatedOutput:
    """One evaluator's answers about one model's output on one case.

    ``scores`` maps each criterion's key to an integer of the scale, or ``None`` if
    unanswered. ``best`` and ``second`` are ``None`` if the evaluator chose nothing at
    all. ``occasion`` counts this evaluator's readings of the case. ``words`` and
    ``numerals`` count the text's words and numbers; ``correct`` is whether its
    diagnosis is right. ``guess`` is whether the evaluator took this output for the
    authors' own system: false on every output means "I cannot tell". ``supported``,
    ``contradicted`` and ``unsupported`` count the text's quantitative claims as the
    evidence check judged them against the measurements.
    """

    case: str
    patient: str
    evaluator: str
    model: str
    position: str
    scores: Mapping[str, int | None]
    best: bool | None
    second: bool | None
    occasion: int = 1
    words: int | None = None
    correct: bool | None = None
    comment: str = ""
    guess: bool | None = None
    numerals: int | None = None
    supported: int | None = None
    contradicted: int | None = None
    unsupported: int | None = None


def is_answered(reading: Sequence[RatedOutput]) -> bool:
    """Whether there is a score, a best, or the answer that none is best.

    A guess or a comment alone is no answer: both may accompany "cannot judge".
    """
    return any(
        o.best is not None or any(v is not None for v in o.scores.values())
        for o in reading
    )
