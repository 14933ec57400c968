"""Bootstrap over whole subjects: draw counts, and intervals from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gaitmodel.core.taxonomy import CLASSES

RESAMPLES = 10_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    lo: float
    hi: float


def percentiles(values: Floats) -> Interval:
    lo, hi = np.nanquantile(values, [0.025, 0.975])
    return Interval(float(lo), float(hi))


def subject_draws(count: int, rng: np.random.Generator) -> Floats:
    """(RESAMPLES, count): how often each of ``count`` subjects is drawn."""
    drawn = rng.integers(count, size=(RESAMPLES, count))
    offsets = np.arange(RESAMPLES)[:, None] * count
    counts = np.bincount((drawn + offsets).ravel(), minlength=RESAMPLES * count)
    return counts.reshape(RESAMPLES, count).astype(float)


def stratified_draws(strata: Sequence[int], rng: np.random.Generator) -> Floats:
    """As :func:`subject_draws`, but within strata, keeping each stratum's size."""
    weights = np.zeros((RESAMPLES, len(strata)))
    of = np.asarray(strata)
    for stratum in np.unique(of):
        members = np.flatnonzero(of == stratum)
        weights[:, members] = subject_draws(len(members), rng)
    return weights


def confusion_by_subject(
    truth: Sequence[int], predicted: Sequence[int], subjects: Sequence[str]
) -> Floats:
    """(G, K, K) confusion matrices, subjects in alphabetical order."""
    names = {name: row for row, name in enumerate(sorted(set(subjects)))}
    size = len(CLASSES)
    stacked = np.zeros((len(names), size, size))
    rows = np.array([names[subject] for subject in subjects])
    np.add.at(stacked, (rows, np.asarray(truth), np.asarray(predicted)), 1)
    return stacked


def drawn_confusions(by_subject: Floats, weights: Floats) -> Floats:
    """(RESAMPLES, K, K): the confusion matrix of each draw of subjects."""
    size = by_subject.shape[1]
    flat = weights @ by_subject.reshape(len(by_subject), size * size)
    return flat.reshape(len(weights), size, size)
