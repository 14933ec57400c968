"""Evaluate systems on one split, for Table 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from gaitmodel import services
from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.media.frames import read_frames
from gaitmodel.core.records import Prediction
from gaitmodel.core.scoring.shortcut import ShortcutRow
from gaitmodel.core.scoring.table_one import Answers, TableOne, table_json, table_one
from gaitmodel.core.systems.registry import SYSTEMS, backbones_for, system_entry
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.core.training.dataset import leave_out
from gaitmodel.core.training.fit import Report
from gaitmodel.core.training.workplace import Fitted, Untrained
from gaitmodel.models import Clip
from gaitmodel.runner.inputs import clip_input, refuse_seen, workplace
from gaitmodel.runner.progress import Step
from gaitmodel.selectors import clips_balanced, clips_ready


def run_evaluation(
    backbones: Mapping[str, str],
    split: str,
    target: str,
    max_clips: int,
    report: Report,
    shortcut: Mapping[str, ShortcutRow] | None = None,
    failed: dict[str, str] | None = None,
) -> TableOne:
    """Table 1 on one split: every system on its backbone; stored for the lead's page.

    ``shortcut`` holds the shortcut test's results by system. A clip that cannot be read
    stops the work, unless ``failed`` is given: then it is noted there and left out for
    every system.

    Raises
    ------
    InputError
        If a system has no finished training or has seen a test subject, or the split
        has no prepared clip.
    """
    opened = {
        key: workplace().answering(key, name, FusionConfig(), GenerationConfig())
        for key, name in backbones.items()
    }
    clips = clips_balanced(clips_ready(split=split), max_clips)
    if not clips:
        raise InputError(f"no prepared clip stands in split {split!r}")
    if failed is not None:
        systems = tuple(opened.values())
        clips = [clip for clip in clips if _is_readable(clip, systems, failed)]
        if not clips:
            raise InputError(f"no clip in split {split!r} can be read")
    subjects = [clip.subject.name for clip in clips]
    for system in opened.values():
        refuse_seen(system, clips)
    answers = {}
    for number, (key, system) in enumerate(opened.items()):
        inputs = [clip_input(clip, film=system.reads_film) for clip in clips]
        step = Step(report, number, len(opened), key)
        predictions = system.predict(inputs, partial(step, "deciding"))
        _store(clips, predictions, system.checkpoint)
        answers[key] = Answers(
            system_entry(key).title,
            backbones[key],
            system.weights,
            system.checkpoint,
            tuple(predictions),
            (shortcut or {}).get(key),
            sum(system.has_seen(subject) for subject in set(subjects)),
        )
    table = table_one(
        split,
        [GaitClass(clip.label).position for clip in clips],
        subjects,
        answers,
        target,
    )
    services.evaluation_save(split=split, table=table_json(table))
    return table


def _is_readable(
    clip: Clip, systems: Sequence[Fitted | Untrained], failed: dict[str, str]
) -> bool:
    """Whether every system can read the clip, and its film decodes to the end."""
    try:
        given = clip_input(clip, film=any(one.reads_film for one in systems))
        if given.film:
            read_frames(given.film.path, np.array([0, given.film.frames - 1]))
        for one in systems:
            if isinstance(one, Fitted):
                one.system.inputs(given)
    except (InputError, OSError) as error:
        leave_out(clip.name, error, failed)
        return False
    return True


def systems_ready(asked: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Which systems can be evaluated on these backbones, and why others cannot."""
    ready, left_out = {}, {}
    for key, entry in SYSTEMS.items():
        try:
            (name,) = backbones_for([key], asked).values()
            if entry.trained:
                workplace().latest_checkpoint(entry.weights_of or key, name)
            else:
                workplace().open(key, name)
        except InputError as error:
            left_out[key] = str(error)
        else:
            ready[key] = name
    return ready, left_out


def _store(
    clips: Sequence[Clip], predictions: Sequence[Prediction], checkpoint: str
) -> None:
    for clip, prediction in zip(clips, predictions, strict=True):
        services.prediction_save(
            clip=clip, prediction=prediction, checkpoint=checkpoint
        )
