"""Reads of the model room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from gaitmodel import shelf
from gaitmodel.core.errors import InputError
from gaitmodel.core.features.bland_altman import Pair
from gaitmodel.core.features.codec import features_from_json
from gaitmodel.core.privacy.decision import PrivacyDecision
from gaitmodel.core.rationale.highlight import Segment, segments
from gaitmodel.core.rationale.judge import Verdict
from gaitmodel.core.records import (
    ClipFilm,
    ClipRef,
    GaitFeatures,
    PoseSequence,
    Split,
)
from gaitmodel.core.sources.annotation import annotation_from_json
from gaitmodel.core.store import ClipStore
from gaitmodel.core.taxonomy import GaitClass, gait_class
from gaitmodel.models import (
    Clip,
    Evaluation,
    FilmReview,
    Prediction,
    Rationale,
    Walkway,
)


def clip_store() -> ClipStore:
    """The store that the settings name, as this host has it."""
    return ClipStore(settings.CLIP_STORE)


def clip_files(clip: Clip) -> ClipStore:
    """The store with this clip's files up to date, wherever they are kept."""
    shelf.fetch(clip.name)
    return clip_store()


def clip_shown_video(clip: Clip) -> Path:
    """The film of a clip that people may see: de-identified, else the skeleton."""
    return clip_files(clip).shown_video(clip.name)


def clip_film(clip: Clip) -> ClipFilm:
    """A clip's film with what its provenance says; ``InputError`` if it has none."""
    path = clip_shown_video(clip)
    known = clip_store().read_provenance(clip.name)
    return ClipFilm(
        path,
        known["film_sha256"],
        int(known["film_frames"]),
        skeleton=path == clip_store().skeleton_path(clip.name),
    )


def clips_by_name(names: Iterable[str]) -> list[Clip]:
    """Prepared clips in the order asked for; ``InputError`` names one that is not."""
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
    """Events and metrics of a prepared clip; none before it is prepared."""
    return features_from_json(clip.features) if clip.features else None


def clip_pose(clip: Clip) -> PoseSequence:
    """A prepared clip's joint angles; ``InputError`` if the store has none."""
    return clip_files(clip).read_pose(clip.name)


def reviews_open() -> QuerySet[FilmReview]:
    """Films whose de-identification waits for a person, oldest first."""
    return FilmReview.objects.filter(
        decision=FilmReview.Decision.WAITING
    ).select_related("clip")


def reviews_decided(limit: int = 50) -> list[FilmReview]:
    """The last decisions of people, newest first."""
    decided = FilmReview.objects.exclude(decided_at=None)
    return list(
        decided.select_related("clip", "decided_by").order_by("-decided_at")[:limit]
    )


def review_cut_outs(review: FilmReview) -> list[Path]:
    """The pictures of a film's doubtful places, strongest first."""
    return sorted(clip_files(review.clip).review_folder(review.clip.name).glob("*.png"))


def review_decision(clip: Clip) -> PrivacyDecision:
    """What people have decided of a clip's film so far."""
    review = FilmReview.objects.filter(clip=clip).first()
    if review is None:
        return PrivacyDecision()
    accepted = review.decision == FilmReview.Decision.ACCEPTED
    return PrivacyDecision(
        accepted_sha256=review.doubts_sha256 if accepted else "", wider=review.wider
    )


def clips_to_prepare() -> QuerySet[Clip]:
    """Clips that are not ready, or whose film waits to be made as decided."""
    decided = Q(
        film_review__decision__in=(
            FilmReview.Decision.ACCEPTED,
            FilmReview.Decision.WIDER,
        )
    ) & ~Q(film_review__status="passed")
    return Clip.objects.filter(~Q(state=Clip.State.READY) | decided).select_related(
        "subject"
    )


def walkway_pairs() -> dict[str, list[Pair]]:
    """Film and mat by metric: every clip that both measured, in order of clips."""
    pairs: dict[str, list[Pair]] = {}
    for row in Walkway.objects.select_related("clip__subject"):
        metrics = (row.clip.features or {}).get("metrics", {})
        for key, mat in row.values.items():
            film = metrics.get(key, {}).get("value")
            if film is not None:
                one = Pair(row.clip.name, row.clip.subject.name, film, mat)
                pairs.setdefault(key, []).append(one)
    return pairs


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
    """At most ``limit`` clips (0: all), in turn from each class and its subjects."""
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


def rationales_latest(
    clips: Iterable[Clip], systems: Iterable[str]
) -> dict[tuple[int, str], Rationale]:
    """The newest rationale of each (clip, system), keyed by (clip id, system)."""
    rows = Rationale.objects.filter(
        clip__in=list(clips), system__in=list(systems)
    ).order_by("created_at", "pk")
    return {(row.clip_id, row.system): row for row in rows}


@dataclass(frozen=True)
class Exhibit:
    """A clip with one system's decision and rationale, cut at its judged claims."""

    clip: Clip
    system: str
    predicted: str
    probability: float | None
    segments: list[Segment]


def exhibits(
    *, system: str = "", label: str = "", limit: int = 24, without: Iterable[int] = ()
) -> list[Exhibit]:
    """The newest rationale of each (clip, system), in order of clip; at most ``limit``.

    ``without`` are clips (by id) whose texts must not be shown by system.
    """
    wanted = Q(rationales__isnull=False) & ~Q(pk__in=list(without))
    if label:
        wanted &= Q(label=label)
    if system:
        wanted &= Q(rationales__system=system)
    clips = list(
        Clip.objects.filter(wanted)
        .select_related("subject")
        .distinct()
        .order_by("name")
    )
    keys = [system] if system else systems_heard()
    decided = predictions_latest(clips, keys)
    by_clip = {clip.pk: clip for clip in clips}
    rows = sorted(
        rationales_latest(clips, keys).items(),
        key=lambda item: (by_clip[item[0][0]].name, item[0][1]),
    )
    return [
        _exhibit(by_clip[pk], row, decided.get((pk, key)))
        for (pk, key), row in rows[:limit]
    ]


def _exhibit(clip: Clip, row: Rationale, decided: Prediction | None) -> Exhibit:
    sure = max(decided.probabilities) if decided and decided.probabilities else None
    claims = (row.evidence or {}).get("claims", [])
    shown = gait_class(row.label).display_name if row.label else "not named"
    return Exhibit(clip, row.system, shown, sure, segments(row.text, claims))


def systems_heard() -> list[str]:
    """Systems that have written rationales, by name."""
    return list(
        Rationale.objects.order_by("system").values_list("system", flat=True).distinct()
    )


@dataclass(frozen=True)
class Grounding:
    """Claims of a system's rationales per 100 words, by verdict of the evidence check."""

    system: str
    rationales: int
    words: int
    per_100_words: dict[str, float]


def groundings(clips: Iterable[Clip], systems: Sequence[str]) -> list[Grounding]:
    """How far each system's newest rationales for the clips agree with the metrics."""
    latest = rationales_latest(clips, systems)
    found = []
    for system in systems:
        rows = [row for (_, key), row in latest.items() if key == system]
        words = sum(len(row.text.split()) for row in rows)
        counts: Counter[str] = Counter()
        for row in rows:
            counts.update((row.evidence or {}).get("counts", {}))
        rates = {v.value: 100 * counts[v.value] / max(words, 1) for v in Verdict}
        found.append(Grounding(system, len(rows), words, rates))
    return found


def predictions_latest(
    clips: Iterable[Clip], systems: Iterable[str]
) -> dict[tuple[int, str], Prediction]:
    """The newest prediction of each (clip, system), keyed by (clip id, system)."""
    rows = Prediction.objects.filter(
        clip__in=list(clips), system__in=list(systems)
    ).order_by("created_at", "pk")
    return {(row.clip_id, row.system): row for row in rows}


def evaluations_recent(limit: int = 20) -> list[Evaluation]:
    """The newest evaluations first."""
    return list(Evaluation.objects.all()[:limit])
