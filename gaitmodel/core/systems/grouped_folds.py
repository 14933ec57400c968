"""Folds of clips grouped by subject, classes spread as evenly as subjects allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def grouped_folds(
    subjects: Sequence[str], labels: Sequence[int], folds: int
) -> list[list[int]]:
    """Rows of each fold; a subject is in one fold only, and none is empty.

    Subjects with most clips come first; each goes to the fold with the fewest clips of
    its classes, ties to the smallest fold. Deterministic: nothing is drawn.
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
