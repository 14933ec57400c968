"""Reads of clips: their files, features, and selections of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from gaitmodel import shelf
from gaitmodel.core.errors import InputError
from gaitmodel.core.features.codec import features_from_json
from gaitmodel.core.records import (
    ClipFilm,
    ClipRef,
    GaitFeatures,
    PoseSequence,
    Split,
)
from gaitmodel.core.sources.annotation import annotation_from_json
from gaitmodel.core.store import ClipStore
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.models import (
    Clip,
    FilmReview,
)


def clip_store() -> ClipStore:
    """The store that the settings name, as present on this host."""
    return ClipStore(settings.CLIP_STORE)


def clip_files(clip: Clip) -> ClipStore:
    """The store with this clip's files up to date, wherever they are kept."""
    shelf.fetch(clip.name)
    return clip_store()


def clip_shown_video(clip: Clip) -> Path:
    """The film of a clip that people may see: de-identified, or else the skeleton."""
    return clip_files(clip).shown_video(clip.name)


def clip_film(clip: Clip) -> ClipFilm:
    """A clip's film with its provenance; ``InputError`` if it has none."""
    path = clip_shown_video(clip)
    known = clip_store().read_provenance(clip.name)
    return ClipFilm(
        path,
        known["film_sha256"],
        int(known["film_frames"]),
        skeleton=path == clip_store().skeleton_path(clip.name),
    )


def clips_by_name(names: Iterable[str]) -> list[Clip]:
    """Prepared clips in the order given; ``InputError`` names one that is not ready."""
    found = {clip.name: clip for clip in clips_ready(names=names)}
    missing = [name for name in names if name not in found]
    if missing:
        raise InputError(f"clip {missing[0]!r} is not imported and prepared")
    return [found[name] for name in names]


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
        annotation=annotation_from_json(clip.annotation),
    )


def clips_found(*, label: str = "", state: str = "") -> QuerySet[Clip]:
    """All clips by name, narrowed by class and state where given."""
    chosen = Clip.objects.select_related("subject").order_by("name")
    if label:
        chosen = chosen.filter(label=label)
    return chosen.filter(state=state) if state else chosen


def clip_features(clip: Clip) -> GaitFeatures | None:
    """Events and metrics of a clip; ``None`` before it is prepared."""
    return features_from_json(clip.features) if clip.features else None


def clip_pose(clip: Clip) -> PoseSequence:
    """A prepared clip's joint angles; ``InputError`` if the store has none."""
    return clip_files(clip).read_pose(clip.name)


def clips_to_prepare() -> QuerySet[Clip]:
    """Clips that are not ready, or whose film is to be remade as people decided."""
    decided = Q(
        film_review__decision__in=(
            FilmReview.Decision.ACCEPTED,
            FilmReview.Decision.WIDER,
        )
    ) & ~Q(film_review__status="passed")
    return Clip.objects.filter(~Q(state=Clip.State.READY) | decided).select_related(
        "subject"
    )


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


def clips_balanced(clips: Iterable[Clip], limit: int) -> list[Clip]:
    """At most ``limit`` clips (0: all), round-robin over classes and their subjects."""
    if not limit:
        return list(clips)
    classes: dict[str, dict[str, list[Clip]]] = {}
    for clip in clips:
        subjects = classes.setdefault(clip.label, {})
        subjects.setdefault(clip.subject.name, []).append(clip)
    return _in_turn([_in_turn(list(s.values())) for s in classes.values()])[:limit]


def _in_turn(groups: Sequence[Sequence[Clip]]) -> list[Clip]:
    rows = zip_longest(*groups)
    return [clip for row in rows for clip in row if clip is not None]


def splits_known() -> dict[str, Split]:
    """The split of each subject that has one, by name."""
    rows = Clip.objects.exclude(split="").order_by("pk")
    return {
        subject: Split(split)
        for subject, split in rows.values_list("subject__name", "split")
    }
