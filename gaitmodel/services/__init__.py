"""Database writes of this app; films and Runs have files of their own."""

from gaitmodel.services.answers import (
    evaluation_save,
    prediction_save,
    rationale_save,
)
from gaitmodel.services.clips import (
    ImportSummary,
    clip_mark_failed,
    clip_mark_ready,
    clips_import,
)

__all__ = [
    "ImportSummary",
    "clip_mark_failed",
    "clip_mark_ready",
    "clips_import",
    "evaluation_save",
    "prediction_save",
    "rationale_save",
]
