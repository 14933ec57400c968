"""Rehearsal raters: simulated answers of an untrained rater, by kind.

They fill a study before the real raters come, so that the report can be read once
before it matters. Their answers enter pilot studies only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from annotations.core.instrument.criteria import LIKERT

LEAN = 2.0  # strength of a preferring or a position rater's bias, in utilities


class Kind(StrEnum):
    """How a rehearsal rater chooses."""

    INDIFFERENT = "indifferent"
    PREFERRING = "preferring"
    POSITION = "position"
    CARELESS = "careless"


@dataclass(frozen=True)
class Sheet:
    """One case's answers: scores (outputs, criteria), and positions of the choices."""

    scores: tuple[tuple[int, ...], ...]
    best: int
    second: int


def filled_sheet(
    kind: Kind, is_target: Sequence[bool], n_criteria: int, rng: np.random.Generator
) -> Sheet:
    """``is_target`` (outputs,) in the order shown.

    Preferring raters favour the target, position raters the first place, careless ones
    give the same score throughout, and indifferent ones favour nothing.
    """
    size = len(is_target)
    utility = rng.gumbel(size=size)
    if kind is Kind.PREFERRING:
        utility += LEAN * np.array(is_target, dtype=float)
    if kind is Kind.POSITION:
        utility[0] += LEAN
    order = np.argsort(-utility)
    if kind is Kind.CARELESS:
        scores = np.full((size, n_criteria), int(rng.integers(2, 5)))
    else:
        noise = rng.normal(scale=0.8, size=(size, n_criteria))
        raised = 3 + 0.5 * (utility - utility.mean())[:, None] + noise
        scores = np.clip(np.rint(raised), LIKERT[0], LIKERT[-1]).astype(int)
    rows = tuple(tuple(int(value) for value in row) for row in scores)
    return Sheet(rows, int(order[0]), int(order[1]))
