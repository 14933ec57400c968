"""Writes of predictions, rationales and Table 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gaitmodel.core.records import Prediction, RationaleText
from gaitmodel.models import (
    Clip,
    Evaluation,
    Rationale,
)
from gaitmodel.models import Prediction as PredictionRow


def prediction_save(
    *, clip: Clip, prediction: Prediction, checkpoint: str
) -> PredictionRow:
    return PredictionRow.objects.create(
        clip=clip,
        system=prediction.system,
        checkpoint=checkpoint,
        label=prediction.label.value,
        probabilities=list(prediction.probabilities),
    )


def rationale_save(
    *,
    clip: Clip,
    rationale: RationaleText,
    checkpoint: str,
    evidence: Mapping[str, Any],
) -> Rationale:
    return Rationale.objects.create(
        clip=clip,
        system=rationale.system,
        checkpoint=checkpoint,
        label=rationale.label.value if rationale.label else "",
        text=rationale.text,
        prompt_sha256=rationale.prompt_sha256,
        evidence=dict(evidence),
        details=dict(rationale.details),
    )


def evaluation_save(*, split: str, table: Mapping[str, Any]) -> Evaluation:
    evaluation = Evaluation(split=split, table=dict(table))
    evaluation.full_clean()
    evaluation.save()
    return evaluation
