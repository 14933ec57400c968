"""What Table 1's intervals are based on, in words; cheap to import, for pages."""

from __future__ import annotations

from collections.abc import Mapping

from gaitmodel.core.taxonomy import CLASSES


def draws_sentence(subjects_per_class: Mapping[str, int], classes_lost: float) -> str:
    """What the brackets are, and how many people of each class they are based on."""
    counts = ", ".join(
        f"{c.short_name} {subjects_per_class[c.value]}"
        for c in CLASSES
        if subjects_per_class[c.value]
    )
    lost = (
        f" {100 * classes_lost:.0f} % of the draws lost a class: there the mean of the "
        "other classes stands in for its F1."
        if classes_lost > 0
        else ""
    )
    return (
        f"In brackets: 95 % interval, resampling subjects (by class: {counts}); where all "
        f"or none are right, Clopper and Pearson's limit for that many.{lost}"
    )
