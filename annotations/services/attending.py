"""How a case is read: the browser's beats of active time and film watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from annotations.core.ratings.attention import Stretch, coverage, merged
from annotations.models import Attention
from annotations.services.writing import writing

# A late or duplicate beat cannot add more than the time since the last one.
LONGEST_BEAT_S = 60.0


@dataclass(frozen=True)
class Beat:
    """What the browser recorded since its last beat; times in seconds."""

    active_s: float
    watched: Sequence[Stretch] = ()
    film_s: float | None = None
    film_failures: int = 0
    has_answered: bool = False
    viewport: str = ""


def attention_note(*, case_id: UUID, beat: Beat, actor: User) -> Attention:
    """Add a beat to a case that is being read; it contains no answers."""
    with writing(case_id, actor) as held:
        now = timezone.now()
        seen, is_new = Attention.objects.get_or_create(
            assignment=held.assignment, defaults={"told_at": now}
        )
        opened = held.assignment.opened_at or now
        since = (now - (opened if is_new else seen.told_at)).total_seconds()
        seen.active_s += max(0.0, min(beat.active_s, since, LONGEST_BEAT_S))
        seen.watched = merged([*map(tuple, seen.watched), *beat.watched])
        if beat.film_s:
            seen.coverage = coverage(seen.watched, beat.film_s)
        seen.film_failures += beat.film_failures
        if seen.first_answer_s is None and beat.has_answered:
            seen.first_answer_s = seen.active_s
        seen.viewport = beat.viewport or seen.viewport
        seen.told_at = now
        seen.clean_fields(exclude=["assignment", "watched"])
        seen.save()
    return seen
