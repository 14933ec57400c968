"""Folds of clips by subject, each class spread over them as evenly as subjects allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def grouped_folds(
    subjects: Sequence[str], labels: Sequence[int], folds: int
) -> list[list[int]]:
    """Rows of each fold; a subject stands in one fold only, and none is empty.

    Subjects with most clips first, each to the fold that holds least of its classes,
    then to the smallest. Nothing is drawn: the same clips give the same folds.
    """
    own: dict[str, Counter[int]] = {}
    for subject, label in zip(subjects, labels, strict=True):
        own.setdefault(subject, Counter())[label] += 1
    count = min(folds, len(own))
    held: list[Counter[int]] = [Counter() for _ in range(count)]
    of: dict[str, int] = {}
    for subject in sorted(own, key=lambda s: (-own[s].total(), s)):
        classes = own[subject]

        def crowded(fold: int, classes: Counter[int] = classes) -> tuple[int, int, int]:
            return sum(held[fold][c] for c in classes), held[fold].total(), fold

        of[subject] = min(range(count), key=crowded)
        held[of[subject]].update(classes)
    rows: list[list[int]] = [[] for _ in range(count)]
    for row, subject in enumerate(subjects):
        rows[of[subject]].append(row)
    return [fold for fold in rows if fold]
