"""Did the blinding hold? Bang's and James' indices, for two arms and for k.

References: Bang, Ni & Davis 2004; James et al. 1996. Verified on CRISP.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from annotations.core.statistics.estimate import NotEstimable, Reasons
from annotations.core.statistics.preference import (
    PermutationResult,
    best_counts,
    label_permutation,
)
from annotations.core.statistics.table import (
    NO_CHOICE,
    UNANSWERED,
    IntArray,
    RatingTable,
)


@dataclass(frozen=True)
class BangIndex:
    """0: no better than chance; 1: every guess right; below 0: worse than chance."""

    index: float
    se: float


def bang(correct: int, wrong: int, unknown: int, choices: int = 2) -> BangIndex:
    """p_correct - p_wrong / (choices - 1); don't-knows count in the denominator.

    For two choices this is Bang's index. For k choices, chance is right once in k, and
    the division makes pure guessing 0.

    Raises
    ------
    NotEstimable
        Without any guess.
    """
    n = correct + wrong + unknown
    if not n:
        raise NotEstimable("nobody was asked to guess")
    right, false, weight = correct / n, wrong / n, 1 / (choices - 1)
    variance = right * (1 - right) + weight**2 * false * (1 - false)
    variance += 2 * weight * right * false
    return BangIndex(right - weight * false, float((variance / n) ** 0.5))


def james(guesses: IntArray) -> float:
    """James' index: 1 perfect blinding, 0.5 chance, 0 none.

    ``guesses`` (arms, arms + 1): how often each arm (row) was guessed to be each arm
    and, last column, "don't know". Weights: 0 correct, 0.5 wrong, 1 don't know.

    Raises
    ------
    NotEstimable
        Without any guess.
    """
    if not guesses.sum():
        raise NotEstimable("nobody was asked to guess")
    share = guesses / guesses.sum()
    unknown = float(share[:, -1].sum())
    if unknown == 1:
        return 1.0
    named = share[:, :-1] / (1 - unknown)
    weight = 0.5 * (1 - np.eye(len(named)))
    observed = float((weight * named).sum())
    expected = float((weight * np.outer(named.sum(axis=1), named.sum(axis=0))).sum())
    kappa = (observed - expected) / expected if expected else -1.0
    return (1 + unknown + (1 - unknown) * kappa) / 2


@dataclass(frozen=True)
class Blinding:
    """Guesses of which text is by ``system``, the authors' own. Unit: the reading.

    ``p_correct``: exact one-sided binomial test of right guesses among those that named
    a text, against 1/K. ``permutation_evaluator``: the same by whole evaluators.
    ``unaware_k`` of ``unaware_n``: how often it was chosen best where the guess was
    wrong or "cannot tell".
    """

    system: str
    correct: int
    wrong: int
    unknown: int
    bang: BangIndex
    james: float | None
    p_correct: float | None
    permutation_evaluator: PermutationResult | None
    unaware_k: int
    unaware_n: int


def blinding(table: RatingTable, own: str, path: str, reasons: Reasons) -> Blinding:
    """``own`` is the system that evaluators were asked to find: the plan's target.

    Raises
    ------
    NotEstimable
        If nobody was asked to guess, or ``own`` is not known or not rated.
    """
    if not own:
        raise NotEstimable("no plan names the system that was to be guessed")
    if own not in table.systems:
        raise NotEstimable(f"{own}, which was to be guessed, is not rated")
    column = table.systems.index(own)
    guess = np.array(
        [_guess([o.guess if o else None for o in row]) for row in table.rows]
    )
    guess = np.where(table.whole, guess, UNANSWERED)  # chance is 1/K of all alone
    asked = guess != UNANSWERED
    named = guess[guess >= 0]
    if not asked.any():
        raise NotEstimable("nobody was asked to guess among all systems")
    systems, correct = len(table.systems), int((named == column).sum())
    wrong, unknown = len(named) - correct, int((guess == NO_CHOICE).sum())
    unaware = asked & (guess != column) & table.chosen
    by_evaluator = best_counts(guess[guess >= 0], table.evaluator[guess >= 0], systems)
    if not len(named):
        reasons.found[f"{path}.p_correct"] = "nobody named a text"
    return Blinding(
        own,
        correct,
        wrong,
        unknown,
        bang(correct, wrong, unknown, systems),
        reasons.take(f"{path}.james", lambda: james(_by_place(table, column, guess))),
        float(stats.binomtest(correct, len(named), 1 / systems, "greater").pvalue)
        if len(named)
        else None,
        reasons.take(
            f"{path}.permutation_evaluator",
            lambda: label_permutation(by_evaluator, column, "evaluator"),
        ),
        int((table.best[unaware] == column).sum()),
        int(unaware.sum()),
    )


def _guess(marks: list[bool | None]) -> int:
    if True in marks:
        return marks.index(True)
    return UNANSWERED if all(mark is None for mark in marks) else NO_CHOICE


def _by_place(table: RatingTable, column: int, guess: IntArray) -> IntArray:
    """(true letter, guessed letter or don't know): the arms are places on the page."""
    letters = sorted(
        {o.position for row in table.rows for o in row if o and o.position}
    )
    counts = np.zeros((len(letters), len(letters) + 1), dtype=np.int64)
    for row, named in zip(table.rows, guess, strict=True):
        true, other = row[column], row[named] if named >= 0 else None
        if named == UNANSWERED or true is None or not true.position:
            continue
        if named >= 0 and (other is None or not other.position):
            continue
        named_as = letters.index(other.position) if other else len(letters)
        counts[letters.index(true.position), named_as] += 1
    if len(letters) < 2:
        raise NotEstimable("the places on the page are not stored")
    return counts
