"""Writes of the model room; nothing here knows torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import ClipRef, Prediction, RationaleText
from gaitmodel.core.sources.annotation import annotation_to_json
from gaitmodel.models import (
    Clip,
    Evaluation,
    Rationale,
    Subject,
)
from gaitmodel.models import Prediction as PredictionRow


@dataclass(frozen=True)
class ImportSummary:
    created: int
    unchanged: int
    updated: int
    subjects: int


@transaction.atomic
def clips_import(*, refs: Sequence[ClipRef]) -> ImportSummary:
    """Take clips in, all or none; one that is there already is brought up to date.

    Raises
    ------
    InputError
        If a clip is known under another subject or label, or a subject would stand
        in two splits.
    """
    _refuse_split_overlap(refs)
    known = {c.name: c for c in Clip.objects.select_related("subject")}
    subjects = {s.name: s for s in Subject.objects.all()}
    created = unchanged = updated = 0
    for ref in refs:
        if ref.subject not in subjects:
            subjects[ref.subject] = Subject.objects.create(name=ref.subject)
        clip = known.get(ref.clip)
        if clip is None:
            Clip.objects.create(
                name=ref.clip,
                subject=subjects[ref.subject],
                label=ref.label.value,
                **_clip_fields(ref),
            )
            created += 1
        elif _clip_refresh(clip, ref):
            updated += 1
        else:
            unchanged += 1
    return ImportSummary(created, unchanged, updated, len({r.subject for r in refs}))


def _clip_fields(ref: ClipRef) -> dict[str, Any]:
    return {
        "source": ref.source,
        "split": ref.split.value if ref.split else "",
        "video": str(ref.video or ""),
        "pose": str(ref.pose or ""),
        "fps": ref.fps,
        "annotation": annotation_to_json(ref.annotation),
    }


def _clip_refresh(clip: Clip, ref: ClipRef) -> bool:
    """Bring a known clip's files and split up to date; tell whether that changed it."""
    if (clip.subject.name, clip.label) != (ref.subject, ref.label.value):
        raise InputError(
            f"clip {ref.clip!r} is already imported as subject "
            f"{clip.subject.name!r}, label {clip.label!r}; this source says "
            f"{ref.subject!r}, {ref.label.value!r}"
        )
    wanted = _clip_fields(ref)
    if all(getattr(clip, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(clip, name, value)
    clip.state = Clip.State.IMPORTED
    clip.save()
    return True


def _refuse_split_overlap(refs: Sequence[ClipRef]) -> None:
    arriving = {ref.clip for ref in refs}
    others = Clip.objects.exclude(name__in=arriving).exclude(split="")
    split_of = dict(others.values_list("subject__name", "split"))
    for ref in refs:
        if not ref.split:
            continue
        before = split_of.setdefault(ref.subject, ref.split.value)
        if before != ref.split.value:
            raise InputError(
                f"clip {ref.clip!r}: subject {ref.subject!r} stands in split "
                f"{before!r} and in {ref.split.value!r}; splits must share no subject"
            )


def clip_mark_ready(*, clip: Clip, features: Mapping[str, Any], fps: float) -> None:
    clip.state, clip.reason, clip.features = Clip.State.READY, "", dict(features)
    clip.fps = fps
    clip.save(update_fields=["state", "reason", "features", "fps"])


def clip_mark_failed(*, clip: Clip, reason: str) -> None:
    clip.state, clip.reason = Clip.State.FAILED, reason
    clip.save(update_fields=["state", "reason"])


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
