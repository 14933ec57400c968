"""Best and second best as rankings: mean ranks and Plackett-Luce worths.

log L = sum over stages of [theta_i - log sum over the rest of exp theta_j]. A reading
with a best but no second contributes its first stage only. References: Plackett 1975,
Luce 1959, Hunter 2004. Equal to R's PlackettLuce(npseudo = 0).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotations.core.statistics.estimate import NotEstimable, Reasons
from annotations.core.statistics.table import FloatArray, IntArray, RatingTable


@dataclass(frozen=True)
class Ranks:
    """``worth``: probability of being ranked first. ``se``: jackknife over patients.

    ``first_stage`` uses only the best choices, ``second_stage`` the second choices
    among the rest: if they differ much, the model's one worth per system is too few.
    """

    full: int
    best_only: int
    mean_rank: Mapping[str, float] | None
    worth: Mapping[str, float] | None
    se: Mapping[str, float] | None
    first_stage: Mapping[str, float] | None
    second_stage: Mapping[str, float] | None


Stage = tuple[int, tuple[int, ...]]  # the winner, and all options of the choice


def plackett_luce(stages: Sequence[Stage], systems: int) -> FloatArray:
    """Worths (systems,), summing to 1.

    Raises
    ------
    NotEstimable
        If some systems were never chosen over the others: their worth would be 0.
    """
    kinds = Counter(stages)
    return _worths(list(kinds), np.array(list(kinds.values()), dtype=float), systems)


def _worths(kinds: Sequence[Stage], times: FloatArray, systems: int) -> FloatArray:
    """Newton's method on the kinds of stages, each with its number of ``times``."""
    beats = np.eye(systems)
    member = np.zeros((len(kinds), systems))
    won = np.zeros(systems)
    for row, (winner, rest) in enumerate(kinds):
        if times[row] > 0:
            beats[winner, list(rest)] = 1
        member[row, list(rest)] = 1
        won[winner] += times[row]
    if not np.linalg.matrix_power(beats, systems).all():
        raise NotEstimable("some systems never lost to, or never won over, the others")
    theta = np.zeros(systems)
    for _ in range(200):
        share = member * np.exp(theta - theta.max())
        share /= share.sum(axis=1, keepdims=True)
        drawn = times @ share
        gradient = won - drawn
        if np.abs(gradient).max() < 1e-10 * times.sum():
            break
        hessian = np.diag(drawn) - share.T @ (times[:, None] * share)
        step = np.linalg.solve(hessian + 1 / systems, gradient)
        theta += step / max(1.0, float(np.abs(step).max()))
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
    chosen = table.chosen_of_all
    if not chosen.any():
        raise NotEstimable("no best was chosen")
    best, second = table.best[chosen], table.second[chosen]
    systems, both = len(table.systems), int((second >= 0).sum())
    kinds, times = _stage_counts(best, second, table.patient[chosen], systems)
    first = np.array([len(rest) == systems for _, rest in kinds])

    def named(part: FloatArray) -> dict[str, float]:
        return dict(zip(table.systems, map(float, part), strict=True))

    def worths(weight: FloatArray) -> dict[str, float]:
        return named(_worths(kinds, times.sum(axis=0) * weight, systems))

    return Ranks(
        full=both,
        best_only=len(best) - both,
        mean_rank=reasons.take(
            f"{path}.mean_rank", lambda: named(_mean_ranks(best, second, systems))
        ),
        worth=reasons.take(f"{path}.worth", lambda: worths(np.ones(len(kinds)))),
        se=reasons.take(f"{path}.se", lambda: named(_jackknife(kinds, times, systems))),
        first_stage=reasons.take(f"{path}.first_stage", lambda: worths(1.0 * first)),
        second_stage=reasons.take(f"{path}.second_stage", lambda: worths(1.0 * ~first)),
    )


def _stage_counts(
    best: IntArray, second: IntArray, patient: IntArray, systems: int
) -> tuple[list[Stage], FloatArray]:
    """The kinds of stages, and (patients, kinds) how often each occurred."""
    everyone = tuple(range(systems))
    kinds: list[Stage] = [(winner, everyone) for winner in everyone]
    place = {}
    for one in everyone if systems > 2 else ():
        rest = tuple(other for other in everyone if other != one)
        for other in rest:
            place[one, other] = len(kinds)
            kinds.append((other, rest))
    codes = np.unique(patient, return_inverse=True)[1]
    times = np.zeros((int(codes.max()) + 1, len(kinds)))
    np.add.at(times, (codes, best), 1)
    for (one, other), column in place.items():
        times[:, column] = np.bincount(
            codes[(best == one) & (second == other)], minlength=len(times)
        )
    return kinds, times


def _jackknife(kinds: Sequence[Stage], times: FloatArray, systems: int) -> FloatArray:
    """Standard errors of the worths by leaving out patients in turn."""
    groups, total = len(times), times.sum(axis=0)
    if groups < 2:
        raise NotEstimable("all choices come from one patient")
    values = np.array([_worths(kinds, total - own, systems) for own in times])
    squares = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    spread: FloatArray = np.sqrt((groups - 1) / groups * squares)
    return spread


def _mean_ranks(best: IntArray, second: IntArray, systems: int) -> FloatArray:
    """1 is best; systems after the second get the mean of the remaining ranks."""
    both = second >= 0
    if not both.any():
        raise NotEstimable("no second best was chosen")
    placed = np.full((int(both.sum()), systems), (3 + systems) / 2)
    at = np.arange(len(placed))
    placed[at, best[both]], placed[at, second[both]] = 1, 2
    mean: FloatArray = placed.mean(axis=0)
    return mean
