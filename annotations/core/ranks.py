"""Best and second best as rankings: mean ranks and Plackett-Luce worths.

log L = sum over stages of [theta_i - log sum over the rest of exp theta_j]. A reading
with a best and no second enters with its first stage only. References: Plackett 1975,
Luce 1959, Hunter 2004. Equal to R's PlackettLuce(npseudo = 0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotations.core.estimate import NotEstimable, Reasons
from annotations.core.table import FloatArray, IntArray, RatingTable

Ranking = Sequence[int]


@dataclass(frozen=True)
class Ranks:
    """``worth``: the probability to be ranked first. ``se`` is a jackknife over patients.

    ``first_stage`` uses the best choices alone, ``second_stage`` the second choices
    among what was left: if they differ much, the model's one worth a system is too few.
    """

    full: int
    best_only: int
    mean_rank: Mapping[str, float] | None
    worth: Mapping[str, float] | None
    se: Mapping[str, float] | None
    first_stage: Mapping[str, float] | None
    second_stage: Mapping[str, float] | None


def plackett_luce(
    stages: Sequence[tuple[int, tuple[int, ...]]], systems: int
) -> FloatArray:
    """Worths (systems,), adding to 1, from stages (winner, all that stood to choose).

    Raises
    ------
    NotEstimable
        If some systems were never chosen over the others: their worth would be 0.
    """
    beats = np.eye(systems, dtype=bool)
    for winner, rest in stages:
        beats[winner, list(rest)] = True
    if not np.linalg.matrix_power(beats.astype(float), systems).all():
        raise NotEstimable("some systems never lost to, or never won over, the others")
    member = np.zeros((len(stages), systems))
    won = np.zeros(systems)
    for row, (winner, rest) in enumerate(stages):
        member[row, list(rest)] = 1
        won[winner] += 1
    theta = np.zeros(systems)
    for _ in range(200):
        share = member * np.exp(theta - theta.max())
        share /= share.sum(axis=1, keepdims=True)
        gradient = won - share.sum(axis=0)
        hessian = np.diag(share.sum(axis=0)) - share.T @ share
        step = np.linalg.solve(hessian + 1 / systems, gradient)
        theta += step / max(1.0, float(np.abs(step).max()))
        if np.abs(gradient).max() < 1e-10 * len(stages):
            break
    worth: FloatArray = np.exp(theta - theta.max())
    worth /= worth.sum()
    return worth


def ranks(table: RatingTable, path: str, reasons: Reasons) -> Ranks:
    """Rankings of the readings with a choice; unit: the reading, jackknife by patient.

    Raises
    ------
    NotEstimable
        If no best was chosen.
    """
    chosen = table.chosen
    if not chosen.any():
        raise NotEstimable("no best was chosen")
    best, second = table.best[chosen], table.second[chosen]
    patient = table.patient[chosen]
    systems, both = len(table.systems), int((second >= 0).sum())
    stages = [_stages(b, s, systems) for b, s in zip(best, second, strict=True)]

    def named(worths: FloatArray) -> dict[str, float]:
        return dict(zip(table.systems, map(float, worths), strict=True))

    def worths(part: slice, keep: IntArray) -> dict[str, float]:
        kept = [stage for at in np.flatnonzero(keep) for stage in stages[at][part]]
        return named(plackett_luce(kept, systems))

    everyone = np.ones(len(best), dtype=np.int64)
    return Ranks(
        full=both,
        best_only=len(best) - both,
        mean_rank=reasons.take(
            f"{path}.mean_rank", lambda: named(_mean_ranks(best, second, systems))
        ),
        worth=reasons.take(f"{path}.worth", lambda: worths(slice(None), everyone)),
        se=reasons.take(
            f"{path}.se",
            lambda: _jackknife(
                [
                    worths(slice(None), (patient != one).astype(np.int64))
                    for one in np.unique(patient)
                ]
            ),
        ),
        first_stage=reasons.take(
            f"{path}.first_stage", lambda: worths(slice(0, 1), everyone)
        ),
        second_stage=reasons.take(
            f"{path}.second_stage", lambda: worths(slice(1, 2), everyone)
        ),
    )


def _stages(best: int, second: int, systems: int) -> list[tuple[int, tuple[int, ...]]]:
    stages = [(int(best), tuple(range(systems)))]
    rest = tuple(i for i in range(systems) if i != best)
    if second >= 0 and len(rest) > 1:
        stages.append((int(second), rest))
    return stages


def _mean_ranks(best: IntArray, second: IntArray, systems: int) -> FloatArray:
    """1 is best; those after the second share the mean of the places left."""
    both = second >= 0
    if not both.any():
        raise NotEstimable("no second best was chosen")
    placed = np.full((int(both.sum()), systems), (3 + systems) / 2)
    at = np.arange(len(placed))
    placed[at, best[both]], placed[at, second[both]] = 1, 2
    mean: FloatArray = placed.mean(axis=0)
    return mean


def _jackknife(replicates: Sequence[Mapping[str, float]]) -> dict[str, float]:
    groups = len(replicates)
    if groups < 2:
        raise NotEstimable("all choices come from one patient")
    values = np.array([list(worth.values()) for worth in replicates])
    squares = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    spread = np.sqrt((groups - 1) / groups * squares)
    return dict(zip(replicates[0], map(float, spread), strict=True))
