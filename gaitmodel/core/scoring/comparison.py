"""Two systems on the same clips, with the subject as the unit.

McNemar's test treats clips as independent and is labelled so. The headline is the
paired difference with a bootstrap that resamples subjects, and a sign-flip test over
subjects: under the null hypothesis that both systems are equally good on every subject,
the sign of a subject's summed difference in correctness is a fair coin toss.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from gaitmodel.core.errors import InputError
from gaitmodel.core.scoring.resampling import (
    RESAMPLES,
    Floats,
    Interval,
    confusion_by_subject,
    drawn_confusions,
    percentiles,
    subject_draws,
)
from gaitmodel.core.scoring.scores import drawn_f1

EXACT_SUBJECTS = 16  # up to here all sign patterns are enumerated


@dataclass(frozen=True)
class Comparison:
    """First minus second; ``only_first`` counts clips right in the first alone."""

    accuracy_gain: float
    accuracy_ci: Interval
    macro_f1_gain: float
    macro_f1_ci: Interval
    only_first: int
    only_second: int
    sign_flip_p: float
    mcnemar_naive_p: float
    n_subjects: int


def compare(
    truth: Sequence[int],
    first: Sequence[int],
    second: Sequence[int],
    subjects: Sequence[str],
    classes: Sequence[int],
    seed: int = 0,
) -> Comparison:
    """Compare two systems' predictions; macro F1 is over ``classes``.

    Raises
    ------
    InputError
        If the four sequences differ in length or are empty.
    """
    lengths = {len(truth), len(first), len(second), len(subjects)}
    if len(lengths) != 1 or 0 in lengths:
        raise InputError("two systems are compared on the same clips, at least one")
    rng = np.random.default_rng(seed)
    names = sorted(set(subjects))
    weights = subject_draws(len(names), rng)
    both = [confusion_by_subject(truth, p, subjects) for p in (first, second)]
    accuracy = _paired(both, weights, _accuracy)
    truth_of = both[0].sum(axis=(0, 2)) > 0
    macro = _paired(both, weights, lambda c: _macro(c, classes, truth_of))
    labels = np.asarray(truth)
    ahead = (np.asarray(first) == labels).astype(int) - (np.asarray(second) == labels)
    only_first, only_second = int((ahead > 0).sum()), int((ahead < 0).sum())
    rows = np.array([names.index(subject) for subject in subjects])
    return Comparison(
        *accuracy,
        *macro,
        only_first,
        only_second,
        _sign_flip(np.bincount(rows, ahead, len(names)).astype(float), rng),
        _mcnemar(only_first, only_second),
        len(names),
    )


def _accuracy(confusions: Floats) -> Floats:
    total: Floats = confusions.sum(axis=(-1, -2))
    hits: Floats = np.trace(confusions, axis1=-2, axis2=-1)
    return hits / total


def _macro(
    confusions: Floats, classes: Sequence[int], truth: npt.NDArray[np.bool_]
) -> Floats:
    """Macro F1 of each draw: the mean over the classes that the draw contains."""
    means: Floats = np.nanmean(drawn_f1(confusions, truth)[..., list(classes)], axis=-1)
    return means


def _paired(
    by_subject: Sequence[Floats],
    weights: Floats,
    statistic: Callable[[Floats], Floats],
) -> tuple[float, Interval]:
    whole = [statistic(one.sum(axis=0)) for one in by_subject]
    drawn = [statistic(drawn_confusions(one, weights)) for one in by_subject]
    return float(whole[0] - whole[1]), percentiles(drawn[0] - drawn[1])


def _mcnemar(only_first: int, only_second: int) -> float:
    unlike = only_first + only_second
    if unlike == 0:
        return 1.0
    return float(binomtest(only_first, unlike, 0.5).pvalue)


def _sign_flip(differences: Floats, rng: np.random.Generator) -> float:
    """Two-sided p of the summed difference; exact for few subjects, else drawn."""
    moving = differences[differences != 0]
    observed = abs(moving.sum())
    if len(moving) <= EXACT_SUBJECTS:
        patterns = np.arange(2 ** len(moving))[:, None] >> np.arange(len(moving)) & 1
        sums = (1 - 2 * patterns) @ moving
        return float((np.abs(sums) >= observed - 1e-9).mean())
    signs = rng.choice([-1, 1], size=(RESAMPLES, len(moving)))
    beyond = (np.abs(signs @ moving) >= observed - 1e-9).sum()
    return float((1 + beyond) / (1 + RESAMPLES))
