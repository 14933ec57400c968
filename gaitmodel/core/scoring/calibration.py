"""How well probabilities are calibrated: reliability, ECE and Brier score.

The expected calibration error is the mean gap between confidence and accuracy over 15
equal bins of the top probability, weighted by clips (Guo et al., ICML 2017). It is
biased upwards where bins hold few clips, so the adaptive one, over bins of equally many
clips, is reported too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gaitmodel.core.errors import InputError

BINS = 15


@dataclass(frozen=True)
class Bin:
    """Clips whose top probability lies in (lo, hi]; means over them."""

    lo: float
    hi: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """``brier`` is the multiclass score, 0 to 2; ``bins`` are the non-empty ones."""

    ece: float
    adaptive_ece: float
    brier: float
    bins: tuple[Bin, ...]


def calibration(
    truth: Sequence[int], probabilities: npt.NDArray[np.float64]
) -> Calibration:
    """Calibration of ``probabilities`` (N, K) against class indices ``truth`` (N,).

    Raises
    ------
    InputError
        If a row does not sum to one.
    """
    sums = probabilities.sum(axis=1)
    wrong = ~(np.abs(sums - 1) <= 1e-3)  # negated so that NaN is wrong too
    if wrong.any():
        raise InputError(f"probabilities must sum to 1, not {sums[wrong][0]:.4f}")
    labels = np.asarray(truth)
    confidence = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == labels).astype(float)
    edges = np.linspace(0, 1, BINS + 1)
    bins = _bins(confidence, right, edges)
    ranked = np.quantile(confidence, edges)
    wanted = np.eye(probabilities.shape[1])[labels]
    return Calibration(
        ece=_gap(bins),
        adaptive_ece=_gap(_bins(confidence, right, np.unique(ranked))),
        brier=float(((probabilities - wanted) ** 2).sum(axis=1).mean()),
        bins=bins,
    )


def _bins(
    confidence: npt.NDArray[np.float64],
    right: npt.NDArray[np.float64],
    edges: npt.NDArray[np.float64],
) -> tuple[Bin, ...]:
    last = max(len(edges) - 2, 0)
    which = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, last)
    found = []
    for number in np.unique(which):
        inside = which == number
        found.append(
            Bin(
                float(edges[number]),
                float(edges[min(number + 1, len(edges) - 1)]),
                int(inside.sum()),
                float(confidence[inside].mean()),
                float(right[inside].mean()),
            )
        )
    return tuple(found)


def _gap(bins: Sequence[Bin]) -> float:
    total = sum(one.n for one in bins)
    return sum(one.n * abs(one.accuracy - one.confidence) for one in bins) / total
