"""The embedded model runner: rows -> core records -> core call -> services.

The only Django module that loads torch; the queue's worker and the commands call it,
the web process never does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from gaitmodel import services
from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import CancelledError, GaitError, InputError
from gaitmodel.core.features.codec import features_from_json
from gaitmodel.core.features.prepare import make_film
from gaitmodel.core.rationale.evidence import check_evidence
from gaitmodel.core.records import Prediction, Split
from gaitmodel.core.scoring.scores import Scores, score
from gaitmodel.core.sources.splits import subject_disjoint_split
from gaitmodel.core.systems.base import ClipInput, LabelledClip
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.core.training.fit import Report, fit_system
from gaitmodel.core.training.requests import GenerateRequest, TrainRequest
from gaitmodel.core.training.workplace import Fitted, Untrained, Workplace
from gaitmodel.models import Clip, Run
from gaitmodel.selectors import (
    clip_film,
    clip_ref,
    clip_store,
    clips_balanced,
    clips_by_name,
    clips_ready,
)

VALIDATION_SHARE = 0.2  # of the training subjects, when the source names no val split


def workplace(*, cached: bool = True) -> Workplace:
    """The folders that the settings name."""
    return Workplace(
        backbones=settings.BACKBONE_DIR,
        checkpoints=settings.CHECKPOINT_DIR,
        cache=settings.FEATURE_CACHE if cached else None,
    )


def clip_input(clip: Clip, *, film: bool = True) -> ClipInput:
    """A prepared clip's row as what a system may read: no label, no subject.

    A film that ``prepare_clips --no-films`` left for later is made now, if it is asked
    for.
    """
    store = clip_store()
    pose = store.read_pose(clip.name)
    if film:
        make_film(clip_ref(clip), store, pose)
    return ClipInput(
        clip=clip.name,
        film=clip_film(clip) if film else None,
        pose=pose,
        features=features_from_json(clip.features or {}),
    )


def labelled(clip: Clip, *, film: bool) -> LabelledClip:
    given = clip_input(clip, film=film)
    return LabelledClip(given, GaitClass(clip.label), clip.subject.name)


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


def run_generation(request: GenerateRequest, report: Report) -> int:
    """Write a prediction and a rationale of each system for each clip.

    A pair that has been answered from the same checkpoint under the same prompt is
    not answered again, so an interrupted run goes on where it stopped.
    """
    clips = clips_by_name(request.clips)
    inputs = {clip.pk: clip_input(clip) for clip in clips}
    written = 0
    for number, key in enumerate(request.systems):
        system = workplace().answering(
            key, request.backbone, FusionConfig(), request.generation
        )
        todo = [c for c in clips if not _answered(c, key, system.checkpoint, request)]
        step = _Step(report, number, len(request.systems), key)
        written += _answer(system, todo, [inputs[c.pk] for c in todo], step, request)
    return written


def _answered(clip: Clip, key: str, checkpoint: str, request: GenerateRequest) -> bool:
    return clip.rationales.filter(
        system=key, checkpoint=checkpoint, details__backbone=request.backbone
    ).exists()


@dataclass(frozen=True)
class _Step:
    """Progress of one system's answers as a share of the whole run."""

    report: Report
    number: int
    count: int
    key: str

    def __call__(self, verb: str, done: int, total: int, *, share: float) -> None:
        within = share * done / total
        if verb == "writing":
            within += 1 - share
        self.report(
            (self.number + within) / self.count, f"{self.key}: {verb} {done}/{total}"
        )


def _answer(
    system: Fitted | Untrained,
    clips: Sequence[Clip],
    inputs: Sequence[ClipInput],
    step: _Step,
    request: GenerateRequest,
) -> int:
    if not clips:
        return 0
    predictions = system.predict(inputs, partial(step, "deciding", share=0.3))
    size = request.generation.batch_size
    for start in range(0, len(clips), size):
        part = slice(start, start + size)
        texts = system.explain(inputs[part], predictions[part], lambda i, n: None)
        for clip, given, prediction, text in zip(
            clips[part], inputs[part], predictions[part], texts, strict=True
        ):
            services.prediction_save(
                clip=clip, prediction=prediction, checkpoint=system.checkpoint
            )
            services.rationale_save(
                clip=clip,
                rationale=text,
                checkpoint=system.checkpoint,
                evidence=check_evidence(text.text, given.features).to_json(),
            )
        step("writing", start + len(texts), len(clips), share=0.7)
    return len(clips)


def run_evaluation(
    backbones: Mapping[str, str], split: str, max_clips: int, report: Report
) -> dict[str, Scores]:
    """Table 1 on one split: the scores of every system on its backbone.

    Raises
    ------
    InputError
        If a system has no finished training, or the split has no prepared clip.
    """
    opened = {
        key: workplace().answering(key, name, FusionConfig(), GenerationConfig())
        for key, name in backbones.items()
    }
    clips = clips_balanced(clips_ready(split=split), max_clips)
    if not clips:
        raise InputError(f"no prepared clip stands in split {split!r}")
    table = {}
    for number, (key, system) in enumerate(opened.items()):
        inputs = [clip_input(clip, film=system.reads_film) for clip in clips]
        step = _Step(report, number, len(opened), key)
        predictions = system.predict(inputs, partial(step, "deciding", share=1.0))
        _store(clips, predictions, system.checkpoint)
        table[key] = score(
            [GaitClass(clip.label).position for clip in clips],
            [prediction.label.position for prediction in predictions],
            [clip.subject.name for clip in clips],
        )
    return table


def _store(
    clips: Sequence[Clip], predictions: Sequence[Prediction], checkpoint: str
) -> None:
    for clip, prediction in zip(clips, predictions, strict=True):
        services.prediction_save(
            clip=clip, prediction=prediction, checkpoint=checkpoint
        )


def execute(run: Run, report: Report) -> dict[str, Any]:
    """Do what a Run's row asks for; its result as JSON."""
    if run.kind == Run.Kind.TRAIN:
        stored = dict(run.parameters)
        limit = int(stored.pop("max_clips", 0))
        folder = run_training(TrainRequest.from_json(stored), report, limit)
        return {"checkpoint": folder.name}
    request = GenerateRequest.from_json(run.parameters)
    return {"rationales": run_generation(request, report)}


def run_execute(run_id: UUID) -> None:
    """Claim a Run, do it, and leave how it ended in its row."""
    if not services.run_claim(run_id=run_id):
        return
    run = Run.objects.get(pk=run_id)
    with _heartbeat(run_id) as cancelled:

        def report(progress: float, stage: str) -> None:
            services.run_progress(run_id=run_id, progress=progress, stage=stage)
            if cancelled.is_set():
                raise CancelledError("cancelled by a person")

        try:
            result = execute(run, report)
        except CancelledError:
            services.run_stop(run_id=run_id)
        except GaitError as error:
            services.run_fail(run_id=run_id, reason=str(error))
        except Exception as error:
            services.run_fail(run_id=run_id, reason=f"{type(error).__name__}: {error}")
            raise
        else:
            services.run_finish(run_id=run_id, result=result)


@contextmanager
def _heartbeat(run_id: UUID) -> Iterator[threading.Event]:
    """Beat while the block runs; the event is set once someone cancels the Run."""
    over, cancelled = threading.Event(), threading.Event()

    def beat() -> None:
        try:
            while not over.wait(services.HEARTBEAT_S):
                if services.run_beat(run_id=run_id):
                    cancelled.set()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield cancelled
    finally:
        over.set()
        thread.join()


def watched(run: Run, show: Callable[[float, str], None]) -> Run:
    """Do a Run in this process, showing its progress; used without ``--queue``."""
    if not services.run_claim(run_id=run.pk):
        raise InputError(f"run {run.pk} is not waiting to be done")

    def report(progress: float, stage: str) -> None:
        services.run_progress(run_id=run.pk, progress=progress, stage=stage)
        show(progress, stage)

    try:
        result = execute(run, report)
    except BaseException as error:
        services.run_fail(run_id=run.pk, reason=str(error) or type(error).__name__)
        raise
    services.run_finish(run_id=run.pk, result=result)
    run.refresh_from_db()
    return run
