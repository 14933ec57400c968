"""Is the best text the longest, the one with most numbers, or the correct one?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from annotations.core.statistics.choice_model import choice_model, system_features
from annotations.core.statistics.estimate import NotEstimable, Reasons
from annotations.core.statistics.preference import (
    PermutationResult,
    best_counts,
    label_permutation,
)
from annotations.core.statistics.table import FloatArray, IntArray, RatingTable

ONE_SYSTEM = 0.80  # beyond, length and system cannot be separated


@dataclass(frozen=True)
class Slope:
    """Log odds of being chosen per unit of the feature; naive standard error."""

    beta: float
    se: float
    odds_ratio: float


@dataclass(frozen=True)
class TextBias:
    """Readings (unit) in which exactly one text has most of ``feature``.

    ``k`` of ``n`` chose that text; H0 of ``permutation_patient``: the labels of the
    texts, ordered by the feature, are exchangeable within each patient.
    ``top_system`` has most of it in ``top_share`` of the readings: beyond 80 % the
    feature cannot be separated from the system. ``alone`` is the slope without the
    systems in the model, ``given_system`` the slope with them.
    """

    feature: str
    k: int
    n: int
    share: float
    top_system: str
    top_share: float
    permutation_patient: PermutationResult | None
    alone: Slope | None
    given_system: Slope | None

    @property
    def separable(self) -> bool:
        return self.top_share <= ONE_SYSTEM


def text_bias(
    table: RatingTable, feature: str, path: str, reasons: Reasons
) -> TextBias:
    """``feature`` is ``words``, ``numerals`` or ``correct``.

    Raises
    ------
    NotEstimable
        If the feature is not stored, or never singles out one text.
    """
    amounts = np.array(
        [[_amount(getattr(o, feature) if o else None) for o in r] for r in table.rows]
    )
    whole = table.chosen & ~np.isnan(amounts).any(axis=1)
    if not whole.any():
        raise NotEstimable(f"{feature} of the texts are not stored")
    ordered = np.sort(amounts, axis=1)
    used = whole & (ordered[:, -1] > ordered[:, -2])
    if not used.any():
        raise NotEstimable(f"no reading has one text with most {feature}")
    top = amounts[used].argmax(axis=1)
    k, n = int((table.best[used] == top).sum()), int(used.sum())
    usual = np.bincount(top, minlength=len(table.systems))
    return TextBias(
        feature,
        k,
        n,
        k / n,
        table.systems[int(usual.argmax())],
        float(usual.max() / n),
        reasons.take(
            f"{path}.permutation_patient", lambda: _permuted(table, amounts, used)
        ),
        reasons.take(f"{path}.alone", lambda: _slope(table, amounts, whole, False)),
        reasons.take(
            f"{path}.given_system", lambda: _slope(table, amounts, whole, True)
        ),
    )


def _amount(value: int | None) -> float:
    return np.nan if value is None else float(value)


def _permuted(
    table: RatingTable, amounts: FloatArray, used: np.ndarray
) -> PermutationResult:
    """Test with texts relabelled by their rank in the feature; column 0 has most.

    Ties are ranked by place on the page, which is random: the order of the file's rows,
    or of the systems, must not decide them.
    """
    order = np.lexsort((_places(table)[used], -amounts[used]), axis=1)
    rank = np.argsort(order, axis=1)[np.arange(int(used.sum())), table.best[used]]
    counts = best_counts(rank, table.patient[used], len(table.systems))
    return label_permutation(counts, 0, "patient")


def _places(table: RatingTable) -> IntArray:
    """(tasks, systems) each output's place on the page; by name if none is stored."""
    marks = [
        [(o.position, o.model) if o else ("", "") for o in row] for row in table.rows
    ]
    code = {mark: i for i, mark in enumerate(sorted({m for row in marks for m in row}))}
    return np.array([[code[mark] for mark in row] for row in marks], dtype=np.int64)


def _slope(
    table: RatingTable, amounts: FloatArray, whole: np.ndarray, with_system: bool
) -> Slope:
    """Slope per doubling of (count + 1), so that a text without numbers counts."""
    feature = np.log2(amounts[whole] + 1)[:, :, None]
    if with_system:
        systems = system_features(len(feature), len(table.systems))
        feature = np.concatenate([feature, systems], axis=2)
    model = choice_model(feature, table.best[whole])
    return Slope(model.beta[0], model.se[0], float(np.exp(model.beta[0])))
