"""A zero-shot model's free-text class, next to the likeliest name that is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gaitmodel.core.records import Prediction
from gaitmodel.core.scoring.scores import confusion_matrix, f1_per_class
from gaitmodel.core.taxonomy import CLASSES

NO_CLASS = len(CLASSES)


@dataclass(frozen=True)
class FreeText:
    """How often a model names a class in free text, and how often the right one.

    ``accuracy`` and ``macro_f1`` (over eight) count an answer without a class as wrong.
    """

    n: int
    named: int
    accuracy: float
    macro_f1: float


def free_text(
    truth: Sequence[int], predictions: Sequence[Prediction]
) -> FreeText | None:
    """Free-text classes against class indices; None for a system without them."""
    if not any(one.free_label for one in predictions):
        return None
    positions = {c.value: c.position for c in CLASSES}
    said = [positions.get(one.free_label, NO_CLASS) for one in predictions]
    confusion = confusion_matrix(truth, said, len(CLASSES) + 1)
    return FreeText(
        n=len(said),
        named=sum(one != NO_CLASS for one in said),
        accuracy=float(np.trace(confusion) / confusion.sum()),
        macro_f1=float(f1_per_class(confusion)[:NO_CLASS].mean()),
    )


def free_text_sentence(title: str, found: FreeText) -> str:
    """The sentence that every format of Table 1 prints."""
    return (
        f"{title}, asked openly: names a class for {found.named} of {found.n} clips; "
        f"accuracy {100 * found.accuracy:.1f} %, macro F1 {100 * found.macro_f1:.1f} "
        "(no class counts as wrong)."
    )
