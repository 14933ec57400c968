"""Does a place on the page (A, B, C) win, whatever text is shown there?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from annotations.core.statistics.choice_model import (
    RatioTest,
    choice_model,
    ratio_test,
    system_features,
)
from annotations.core.statistics.estimate import NotEstimable, Reasons
from annotations.core.statistics.table import FloatArray, IntArray, RatingTable

UNEVEN = 0.15  # a caution is printed if a system is in one place this much more often


@dataclass(frozen=True)
class PlaceCount:
    """How often a letter was shown in readings with a choice, and chosen best."""

    shown: int
    best: int
    mean_residual: float | None


@dataclass(frozen=True)
class PositionEffect:
    """Unit: the reading. H0: every letter is equally likely to be chosen best.

    ``shown[system][letter]`` counts the placements. The goodness-of-fit test is valid
    because the order of the letters is random; ``given_system`` tests the letters
    adjusted for the systems (conditional logit).
    """

    shown: Mapping[str, Mapping[str, int]]
    places: Mapping[str, PlaceCount]
    n: int
    chi2: float
    df: int
    p: float
    given_system: RatioTest | None

    @property
    def imbalance(self) -> float:
        """The largest deviation of a system's share in a place from an equal share."""
        return max(
            abs(count / max(1, sum(row.values())) - 1 / len(row))
            for row in self.shown.values()
            for count in row.values()
        )


def position_effect(table: RatingTable, path: str, reasons: Reasons) -> PositionEffect:
    """Best choices by letter.

    Raises
    ------
    NotEstimable
        Where letters are not stored, or no reading with a choice has them all.
    """
    letters = sorted(
        {o.position for row in table.rows for o in row if o and o.position}
    )
    if len(letters) < 2:
        raise NotEstimable("the places on the page are not stored")
    place = _places(table, letters)
    used = table.chosen & (np.sort(place, axis=1) == np.arange(place.shape[1])).all(1)
    if len(letters) != len(table.systems) or not used.any():
        raise NotEstimable("no reading with a choice has every text in its own place")
    won = place[np.flatnonzero(used), table.best[used]]
    counts = np.bincount(won, minlength=len(letters))
    chi2, p = stats.chisquare(counts)
    residual = _residuals(table)
    places = {}
    for code, letter in enumerate(letters):
        there = residual[(place == code) & ~np.isnan(residual)]
        mean = float(there.mean()) if len(there) else None
        if mean is None:
            reasons.found[f"{path}.places.{letter}.mean_residual"] = "no rating there"
        places[letter] = PlaceCount(int(used.sum()), int(counts[code]), mean)
    return PositionEffect(
        shown={
            system: {
                letter: int((place[:, i] == j).sum())
                for j, letter in enumerate(letters)
            }
            for i, system in enumerate(table.systems)
        },
        places=places,
        n=int(used.sum()),
        chi2=float(chi2),
        df=len(letters) - 1,
        p=float(p),
        given_system=reasons.take(
            f"{path}.given_system", lambda: _given_system(table, place, used)
        ),
    )


def _places(table: RatingTable, letters: list[str]) -> IntArray:
    """(tasks, systems) the code of each output's letter, -1 where there is none."""
    code = {letter: i for i, letter in enumerate(letters)}
    return np.array(
        [[code.get(o.position, -1) if o else -1 for o in row] for row in table.rows]
    )


def _residuals(table: RatingTable) -> FloatArray:
    """(tasks, systems) the mean over criteria of the rating minus its system's mean."""
    moved = np.stack(list(table.values.values()))
    seen = ~np.isnan(moved)
    totals = np.where(seen, moved, 0.0).sum(axis=1, keepdims=True)
    moved = moved - totals / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    kept = seen.sum(axis=0)
    mean: FloatArray = np.where(seen, moved, 0.0).sum(axis=0) / np.maximum(kept, 1)
    return np.where(kept > 0, mean, np.nan)


def _given_system(table: RatingTable, place: IntArray, used: np.ndarray) -> RatioTest:
    systems = system_features(int(used.sum()), len(table.systems))
    letters = np.eye(len(table.systems))[:, 1:][place[used]]
    small = choice_model(systems, table.best[used])
    both = np.concatenate([systems, letters], axis=2)
    return ratio_test(choice_model(both, table.best[used]), small)
