"""Reads of the model room."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from gaitmodel.core.records import ClipRef, Split
from gaitmodel.core.store import ClipStore
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.models import Clip, Prediction, Rationale, Run


def clip_store() -> ClipStore:
    """The store that the settings name."""
    return ClipStore(settings.CLIP_STORE)


def clip_shown_video(clip: Clip) -> Path:
    """The film of a clip that people may see: de-identified, else the skeleton."""
    return clip_store().shown_video(clip.name)


def clip_ref(clip: Clip) -> ClipRef:
    """A clip's row as the core's record."""
    return ClipRef(
        clip=clip.name,
        subject=clip.subject.name,
        label=GaitClass(clip.label),
        source=clip.source,
        video=Path(clip.video) if clip.video else None,
        pose=Path(clip.pose) if clip.pose else None,
        fps=clip.fps,
        split=Split(clip.split) if clip.split else None,
    )


def clips_to_prepare() -> QuerySet[Clip]:
    """Clips that are not ready, in order of import."""
    return Clip.objects.exclude(state=Clip.State.READY).select_related("subject")


def clips_ready(
    *,
    split: str = "",
    label: str = "",
    names: Iterable[str] = (),
) -> QuerySet[Clip]:
    """Prepared clips, narrowed by split, label and names where given."""
    chosen = Q(state=Clip.State.READY)
    if split:
        chosen &= Q(split=split)
    if label:
        chosen &= Q(label=label)
    if wanted := list(names):
        chosen &= Q(name__in=wanted)
    return Clip.objects.filter(chosen).select_related("subject").order_by("name")


def rationales_latest(
    clips: Iterable[Clip], systems: Iterable[str]
) -> dict[tuple[int, str], Rationale]:
    """The newest rationale of each (clip, system), keyed by (clip id, system)."""
    rows = Rationale.objects.filter(
        clip__in=list(clips), system__in=list(systems)
    ).order_by("created_at", "pk")
    return {(row.clip_id, row.system): row for row in rows}


def predictions_latest(
    clips: Iterable[Clip], systems: Iterable[str]
) -> dict[tuple[int, str], Prediction]:
    """The newest prediction of each (clip, system), keyed by (clip id, system)."""
    rows = Prediction.objects.filter(
        clip__in=list(clips), system__in=list(systems)
    ).order_by("created_at", "pk")
    return {(row.clip_id, row.system): row for row in rows}


def runs_recent(limit: int = 50) -> list[Run]:
    """The newest runs first."""
    return list(Run.objects.all()[:limit])
