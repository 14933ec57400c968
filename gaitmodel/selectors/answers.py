"""Reads of the systems' latest predictions and rationales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q, QuerySet

from gaitmodel.core.rationale.highlight import Segment, segments
from gaitmodel.core.rationale.judge import Verdict
from gaitmodel.core.taxonomy import gait_class
from gaitmodel.models import (
    Clip,
    Evaluation,
    Prediction,
    Rationale,
)

Answer = TypeVar("Answer", Prediction, Rationale)


def rationales_latest(
    clips: Iterable[Clip], systems: Iterable[str]
) -> dict[tuple[int, str], Rationale]:
    """The newest rationale of each (clip, system), keyed by (clip id, system)."""
    return _latest(Rationale.objects.all(), clips, systems)


@dataclass(frozen=True)
class Exhibit:
    """A clip with one system's decision and rationale, split at its judged claims."""

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
    """How well each system's newest rationales for the clips agree with the metrics."""
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
    return _latest(Prediction.objects.all(), clips, systems)


def _latest(
    rows: QuerySet[Answer], clips: Iterable[Clip], systems: Iterable[str]
) -> dict[tuple[int, str], Answer]:
    chosen = rows.filter(clip__in=list(clips), system__in=list(systems))
    ordered = chosen.order_by("created_at", "pk")  # the last of a pair wins
    return {(row.clip_id, row.system): row for row in ordered}


def evaluations_recent(limit: int = 20) -> list[Evaluation]:
    """The newest evaluations first."""
    return list(Evaluation.objects.all()[:limit])
