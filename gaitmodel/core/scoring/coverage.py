"""Abstention: the error rate among the clips that a system is surest of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class RiskCoverage:
    """``risk[i]`` is the share of errors among the surest ``coverage[i]`` of clips.

    ``area`` is the mean risk over all coverages (0 is best); ``chance_area`` is what a
    random order of the same answers gives: the overall risk.
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    area: float
    chance_area: float

    def at(self, coverage: float) -> float:
        """Risk at the smallest coverage that is at least ``coverage``."""
        return self.risk[int(np.searchsorted(self.coverage, coverage - 1e-9))]


def risk_coverage(
    truth: Sequence[int], probabilities: npt.NDArray[np.float64]
) -> RiskCoverage:
    """Risk and coverage of ``probabilities`` (N, K).

    Equally sure clips each count with their mean error, the average over their possible
    orders; otherwise the order of the file would decide.
    """
    wrong = probabilities.argmax(axis=1) != np.asarray(truth)
    _, tied, sizes = np.unique(
        -probabilities.max(axis=1), return_inverse=True, return_counts=True
    )
    error = np.bincount(tied, wrong) / sizes  # per level, surest first
    kept = np.arange(1, len(wrong) + 1)
    risk = np.cumsum(np.repeat(error, sizes)) / kept
    return RiskCoverage(
        tuple((kept / len(wrong)).tolist()),
        tuple(risk.tolist()),
        float(risk.mean()),
        float(wrong.mean()),
    )
