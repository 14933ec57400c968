"""Writes about clips: atomic import, and marking them ready or failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import ClipRef
from gaitmodel.core.sources.annotation import annotation_to_json
from gaitmodel.models import (
    Clip,
    Subject,
)

IMPORT_BATCH = 500


@dataclass(frozen=True)
class ImportSummary:
    created: int
    unchanged: int
    updated: int
    subjects: int


@transaction.atomic
def clips_import(*, refs: Sequence[ClipRef]) -> ImportSummary:
    """Import clips, all or none; existing ones are updated.

    Raises
    ------
    InputError
        If a clip is known under another subject or label, or a subject would be in two
        splits.
    """
    _refuse_split_overlap(refs)
    created = unchanged = updated = 0
    for start in range(0, len(refs), IMPORT_BATCH):
        batch = refs[start : start + IMPORT_BATCH]
        known = _clips_known(batch)
        subjects = _subjects(batch)
        arriving = []
        for ref in batch:
            if ref.clip not in known:
                arriving.append(_clip_new(ref, subjects[ref.subject]))
            elif _clip_refresh(known[ref.clip], ref):
                updated += 1
            else:
                unchanged += 1
        Clip.objects.bulk_create(arriving)
        created += len(arriving)
    return ImportSummary(created, unchanged, updated, len({r.subject for r in refs}))


def _clips_known(refs: Sequence[ClipRef]) -> dict[str, Clip]:
    """Clips with these names, without loading their features."""
    rows = Clip.objects.filter(name__in=[ref.clip for ref in refs]).defer("features")
    return {clip.name: clip for clip in rows.select_related("subject")}


def _subjects(refs: Sequence[ClipRef]) -> dict[str, Subject]:
    """The subjects of these clips; new ones are created."""
    names = list(dict.fromkeys(ref.subject for ref in refs))
    found = {one.name: one for one in Subject.objects.filter(name__in=names)}
    new = [Subject(name=name) for name in names if name not in found]
    return found | {one.name: one for one in Subject.objects.bulk_create(new)}


def _clip_new(ref: ClipRef, subject: Subject) -> Clip:
    return Clip(
        name=ref.clip, subject=subject, label=ref.label.value, **_clip_fields(ref)
    )


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
    """Update a known clip's files and split; return whether anything changed."""
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
    rows = Clip.objects.exclude(split="").order_by()
    split_of = {
        subject: split
        for name, subject, split in rows.values_list("name", "subject__name", "split")
        if name not in arriving
    }
    for ref in refs:
        if not ref.split:
            continue
        before = split_of.setdefault(ref.subject, ref.split.value)
        if before != ref.split.value:
            raise InputError(
                f"clip {ref.clip!r}: subject {ref.subject!r} stands in split "
                f"{before!r} and in {ref.split.value!r}; splits must share no subject"
            )


def clip_mark_ready(*, clip: Clip, features: Mapping[str, Any]) -> None:
    clip.state, clip.reason, clip.features = Clip.State.READY, "", dict(features)
    clip.save(update_fields=["state", "reason", "features"])


def clip_mark_failed(*, clip: Clip, reason: str) -> None:
    clip.state, clip.reason = Clip.State.FAILED, reason
    clip.save(update_fields=["state", "reason"])
