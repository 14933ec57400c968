"""Table 1: accuracy, macro F1 and per-class F1, with intervals by subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gaitmodel.core.errors import InputError
from gaitmodel.core.scoring.resampling import (
    Floats,
    Interval,
    confusion_by_subject,
    drawn_confusions,
    percentiles,
    stratified_draws,
    subject_draws,
)
from gaitmodel.core.taxonomy import CLASSES


@dataclass(frozen=True)
class Scores:
    """One system on one split.

    ``macro_f1`` is the mean over all eight classes, a class that is absent from truth
    and prediction counting 0; ``macro_f1_present`` over the classes in the truth.
    ``ci`` are 95 % percentiles of a bootstrap that resamples whole subjects;
    ``ci_stratified`` resamples within each class, so for the same mix of classes.
    ``classes_lost`` is the share of draws that lack a class: it then has no F1, and
    the mean is over the others. Where everything is right, or nothing, all draws are
    equal, and the limit is Clopper and Pearson's for that number of subjects.
    """

    n: int
    n_subjects: int
    accuracy: float
    macro_f1: float
    macro_f1_present: float
    per_class_f1: dict[str, float]
    absent: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]  # rows: truth, columns: prediction
    ci: dict[str, Interval]
    ci_stratified: dict[str, Interval]
    classes_lost: float
    subjects_per_class: dict[str, int]


def confusion_matrix(
    truth: Sequence[int], predicted: Sequence[int], size: int = len(CLASSES)
) -> npt.NDArray[np.float64]:
    """(size, size) counts, rows truth, columns prediction."""
    matrix = np.zeros((size, size))
    np.add.at(matrix, (np.asarray(truth), np.asarray(predicted)), 1)
    return matrix


def f1_per_class(confusion: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """F1 = 2 TP / (truth + predicted), 0 where a class occurs in neither.

    ``confusion`` (..., K, K) -> (..., K).
    """
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    mass = confusion.sum(axis=-1) + confusion.sum(axis=-2)
    f1: npt.NDArray[np.float64] = np.zeros_like(mass)
    np.divide(2 * hits, mass, out=f1, where=mass > 0)
    return f1


def macro_f1(truth: Sequence[int], predicted: Sequence[int]) -> float:
    """Mean F1 over the classes that occur in ``truth``."""
    confusion = confusion_matrix(truth, predicted)
    present = confusion.sum(axis=1) > 0
    return float(f1_per_class(confusion)[present].mean())


def score(
    truth: Sequence[int],
    predicted: Sequence[int],
    subjects: Sequence[str],
    seed: int = 0,
) -> Scores:
    """Score predictions (class indices) of one system.

    Raises
    ------
    InputError
        If there is nothing to score.
    """
    if not truth:
        raise InputError("there are no clips to score")
    whole = confusion_matrix(truth, predicted)
    f1 = f1_per_class(whole)
    present = whole.sum(axis=1) > 0
    seen = present | (whole.sum(axis=0) > 0)
    by_subject = confusion_by_subject(truth, predicted, subjects)
    own_class, per_class = _class_of_subjects(truth, subjects)
    rng = np.random.default_rng(seed)
    weights = subject_draws(len(by_subject), rng)
    drawn = drawn_confusions(by_subject, weights).sum(axis=2) > 0
    return Scores(
        n=len(truth),
        n_subjects=len(set(subjects)),
        accuracy=float(np.trace(whole) / whole.sum()),
        macro_f1=float(f1.mean()),
        macro_f1_present=float(f1[present].mean()),
        per_class_f1={c.value: float(f1[c.position]) for c in CLASSES},
        absent=tuple(c.value for c in CLASSES if not seen[c.position]),
        confusion=tuple(tuple(int(cell) for cell in row) for row in whole),
        ci=_intervals(by_subject, weights, per_class),
        ci_stratified=_intervals(
            by_subject, stratified_draws(own_class, rng), per_class
        ),
        classes_lost=float((drawn != present).any(axis=1).mean()),
        subjects_per_class=per_class,
    )


def drawn_f1(confusions: Floats, truth: npt.NDArray[np.bool_]) -> Floats:
    """F1 per class of each draw: NaN where it lacks a class that is in the ``truth``.

    ``confusions`` (R, K, K), ``truth`` (K,) -> (R, K).
    """
    lost = truth & (confusions.sum(axis=-1) == 0)
    drawn: Floats = np.where(lost, np.nan, f1_per_class(confusions))
    return drawn


def _intervals(
    by_subject: Floats, weights: Floats, subjects: Mapping[str, int]
) -> dict[str, Interval]:
    """Percentile intervals from confusion matrices summed over drawn subjects."""
    confusion = drawn_confusions(by_subject, weights)
    truth = by_subject.sum(axis=(0, 2)) > 0
    f1 = drawn_f1(confusion, truth)
    right = np.trace(confusion, axis1=1, axis2=2) / confusion.sum(axis=(1, 2))
    macro = np.nanmean(f1[:, truth], axis=1) * truth.mean()
    everybody = len(by_subject)
    found = {
        "accuracy": _within(right, everybody),
        "macro_f1": _within(macro, everybody, most=float(truth.mean())),
    }
    for c in CLASSES:
        if truth[c.position]:
            found[c.value] = _within(f1[:, c.position], subjects[c.value])
        else:
            found[c.value] = Interval(0.0, 0.0)
    return found


def _within(values: Floats, subjects: int, most: float = 1.0) -> Interval:
    """The percentiles; if all are 0 or ``most``, with Clopper and Pearson's limit."""
    interval = percentiles(values)
    beyond = most * 0.025 ** (1 / subjects)
    if interval.lo >= most - 1e-12:
        return Interval(beyond, interval.hi)
    if interval.hi <= 1e-12:
        return Interval(interval.lo, most - beyond)
    return interval


def _class_of_subjects(
    truth: Sequence[int], subjects: Sequence[str]
) -> tuple[list[int], dict[str, int]]:
    """Each subject's commonest class, by subject name; number of subjects per class."""
    labels: dict[str, list[int]] = {}
    for subject, label in zip(subjects, truth, strict=True):
        labels.setdefault(subject, []).append(label)
    own = [max(set(labels[s]), key=labels[s].count) for s in sorted(labels)]
    counts = {
        c.value: sum(c.position in seen for seen in labels.values()) for c in CLASSES
    }
    return own, counts
