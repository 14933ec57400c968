"""Train a system on the clips of the training split."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.records import Split
from gaitmodel.core.sources.splits import subject_disjoint_split
from gaitmodel.core.training.fit import Report, fit_system
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.runner.inputs import labelled, workplace
from gaitmodel.selectors import clip_ref, clips_balanced, clips_ready

VALIDATION_SHARE = 0.2  # of the training subjects, when the source names no val split


def run_training(request: TrainRequest, report: Report, max_clips: int = 0) -> Path:
    """Train on the clips of the training split; validation subjects never overlap.

    Raises
    ------
    InputError
        If no prepared clip stands in the training split.
    """
    chosen = clips_balanced(clips_ready(split=Split.TRAIN.value), max_clips)
    if not chosen:
        raise InputError(
            "no prepared clip stands in split 'train': run import_clips and "
            "prepare_clips first"
        )
    held_out = list(clips_ready(split=Split.VAL.value))
    if not held_out:
        parts = subject_disjoint_split(
            [clip_ref(clip) for clip in chosen],
            seed=request.training.seed,
            val_fraction=VALIDATION_SHARE,
            test_fraction=0.0,
        )
        held_out = [c for c in chosen if parts[c.name] is Split.VAL]
        chosen = [c for c in chosen if parts[c.name] is Split.TRAIN]
    place = workplace()
    film = place.trainable(
        request.system, request.backbone, request.fusion, GenerationConfig()
    ).reads_film
    return fit_system(
        request,
        [labelled(clip, film=film) for clip in chosen],
        [labelled(clip, film=film) for clip in held_out],
        place,
        report,
        timezone.now,
    )
