"""Train a system on the clips of the training split."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.records import Split
from gaitmodel.core.sources.splits import subject_disjoint_split
from gaitmodel.core.systems.base import LabelledClip
from gaitmodel.core.training.audit import audit
from gaitmodel.core.training.checkpoint import read_meta
from gaitmodel.core.training.dataset import leave_out
from gaitmodel.core.training.fit import Report, fit_system
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.core.training.team import Team
from gaitmodel.models import Clip, Run
from gaitmodel.runner.inputs import labelled, unready, workplace
from gaitmodel.selectors import clip_ref, clips_balanced, clips_ready

VALIDATION_SHARE = 0.2  # of the training subjects, when the source names no val split


def train_run(run: Run, report: Report) -> dict[str, Any]:
    """Do what a training's row asks for."""
    result = run_training(TrainRequest.from_json(run.parameters), report)
    Team().leave()
    return result


def run_training(request: TrainRequest, report: Report) -> dict[str, Any]:
    """Train on the clips of the training split; validation subjects never overlap.

    Returns the checkpoint's name, what the leakage audit checked, and the clips left
    out, with reasons.

    Raises
    ------
    InputError
        If the training split has no prepared clip, one failed and is not to be
        skipped, or the audit finds a leak.
    """
    skipped = unready([Split.TRAIN, Split.VAL], skip=request.skip_failed)
    chosen, held_out = _parts(request)
    place = workplace(cached=request.cached)
    system = place.trainable(
        request.system, request.backbone, request.fusion, GenerationConfig()
    )
    failed = skipped if request.skip_failed else None
    parts = {
        split.value: _read(clips, system.reads_film, failed)
        for split, clips in (
            (Split.TRAIN, chosen),
            (Split.VAL, held_out),
            (Split.TEST, clips_ready(split=Split.TEST.value)),
        )
    }
    found = audit(
        parts,
        system,
        lambda: report(0.0, "auditing for leakage"),
        failed,
        place.features(),
    )
    train_clips, val_clips = (
        [one for one in parts[split.value] if one.given.clip not in skipped]
        for split in (Split.TRAIN, Split.VAL)
    )
    folder = fit_system(
        request,
        train_clips,
        val_clips,
        place,
        report,
        timezone.now,
        skipped,
        found.checked,
    )
    meta = read_meta(folder)
    return {
        "checkpoint": folder.name,
        "audit": list(found.checked),
        "skipped": meta["skipped"],
    }


def _read(
    clips: Iterable[Clip], film: bool, failed: dict[str, str] | None
) -> list[LabelledClip]:
    """Clips as a system may read them; an unreadable one is noted or raises."""
    read = []
    for clip in clips:
        try:
            read.append(labelled(clip, film=film))
        except (InputError, OSError) as error:
            leave_out(clip.name, error, failed)
    return read


def _parts(request: TrainRequest) -> tuple[list[Clip], list[Clip]]:
    """Training and validation clips; without a val split, some training subjects."""
    chosen = clips_balanced(clips_ready(split=Split.TRAIN.value), request.max_clips)
    if not chosen:
        raise InputError(
            "no prepared clip stands in split 'train': run import_clips and "
            "prepare_clips first"
        )
    held_out = list(clips_ready(split=Split.VAL.value))
    if held_out:
        return chosen, held_out
    parts = subject_disjoint_split(
        [clip_ref(clip) for clip in chosen],
        seed=request.training.seed,
        val_fraction=VALIDATION_SHARE,
        test_fraction=0.0,
    )
    return (
        [c for c in chosen if parts[c.name] is Split.TRAIN],
        [c for c in chosen if parts[c.name] is Split.VAL],
    )
