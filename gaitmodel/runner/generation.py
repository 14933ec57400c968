"""Write predictions and rationales of systems for clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from gaitmodel import services
from gaitmodel.core.config import FusionConfig
from gaitmodel.core.rationale.evidence import check_evidence
from gaitmodel.core.systems.answer_form import decoding
from gaitmodel.core.systems.base import ClipInput
from gaitmodel.core.systems.engines import check_engine
from gaitmodel.core.systems.extraction import own_share
from gaitmodel.core.systems.registry import system_entry
from gaitmodel.core.training.fit import Report
from gaitmodel.core.training.requests import GenerateRequest
from gaitmodel.core.training.team import Team
from gaitmodel.core.training.workplace import Fitted, Untrained
from gaitmodel.models import Clip, Rationale, Run
from gaitmodel.runner.inputs import clip_input, refuse_seen, workplace
from gaitmodel.runner.progress import Step
from gaitmodel.selectors import clips_by_name, rationales_latest


def generate_run(run: Run, report: Report) -> dict[str, Any]:
    """Do what a generation's row asks for; returns the number of rationales written."""
    request = GenerateRequest.from_json(run.parameters)
    written = run_generation(request, report)
    Team().leave()
    return {"rationales": written}


def run_generation(request: GenerateRequest, report: Report) -> int:
    """Write a prediction and a rationale of each system for each clip.

    A pair whose valid text came from the same checkpoint, measurements and decoding is
    skipped, so an interrupted run resumes where it stopped. Under ``torchrun`` each
    process answers for its share of the clips.

    Raises
    ------
    InputError
        If the engine is missing, a system cannot answer, or has seen a test subject.
    """
    check_engine(request.generation.engine, request.generation.no_repeat_ngram)
    team = Team()
    clips = own_share(clips_by_name(request.clips))
    inputs = {clip.pk: clip_input(clip) for clip in clips}
    systems = {key: _opened(key, request) for key in request.systems}
    for system in systems.values():
        refuse_seen(system, clips)
    written = 0
    for number, (key, system) in enumerate(systems.items()):
        before = rationales_latest(clips, [key])
        wanted = {
            "backbone": request.backbone,
            **decoding(request.generation, verify=system_entry(key).verify),
        }
        todo = [
            clip
            for clip in clips
            if not _stands(
                before.get((clip.pk, key)),
                system.checkpoint,
                wanted | {"read_sha256": inputs[clip.pk].sha256},
                system.told,
            )
        ]
        step = Step(report, number, len(systems), key)
        written += _answer(system, todo, [inputs[c.pk] for c in todo], step, request)
    team.wait()
    return int(team.summed(torch.tensor(written, device=team.device)))


def _opened(key: str, request: GenerateRequest) -> Fitted | Untrained:
    """A system that can write; all are opened before the first text is written."""
    system = workplace().answering(
        key, request.backbone, FusionConfig(), request.generation
    )
    system.writer()
    return system


def _stands(
    before: Rationale | None,
    checkpoint: str,
    wanted: Mapping[str, str],
    told: Mapping[str, str],
) -> bool:
    """Whether a clip's valid text was written in exactly this way.

    Texts of earlier versions do not record ``told``; this does not invalidate them.
    """
    return (
        before is not None
        and before.checkpoint == checkpoint
        and {**wanted, **told}.items() <= {**told, **before.details}.items()
    )


def _answer(
    system: Fitted | Untrained,
    clips: Sequence[Clip],
    inputs: Sequence[ClipInput],
    step: Step,
    request: GenerateRequest,
) -> int:
    size = request.generation.batch_size
    for start in range(0, len(clips), size):
        part = slice(start, start + size)
        answers = system.answer(inputs[part])
        for clip, given, (prediction, text) in zip(
            clips[part], inputs[part], answers, strict=True
        ):
            services.prediction_save(
                clip=clip, prediction=prediction, checkpoint=system.checkpoint
            )
            read = {"read_sha256": given.sha256, **system.told}
            services.rationale_save(
                clip=clip,
                rationale=replace(text, details={**text.details, **read}),
                checkpoint=system.checkpoint,
                evidence=check_evidence(text.text, given.features).to_json(),
            )
        step("deciding and writing", start + len(answers), len(clips))
    return len(clips)
