"""Texts that are in two studies: each blinded study's log says which others have them.

Two studies with one system in common show, by the texts that both have, which texts are
that system's; a study that was unblinded tells it outright. A pilot before its study is
of this kind too, so it is not refused: it is recorded, and shown among the deviations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet

from annotations.audit import event_append, study_for_update
from annotations.core.wording import counted
from annotations.models import EventContent, SlotIdentity, Study
from gaitmodel.models import Clip

BLINDED = (Study.State.OPEN, Study.State.LOCKED)


def clips_held(clips: Iterable[int]) -> None:
    """Hold clips until the transaction ends.

    Studies of the same clips are composed and opened one after the other, so neither
    overlooks the other. Take this lock before a study's.
    """
    rows = Clip.objects.select_for_update(no_key=True).filter(pk__in=clips)
    list(rows.order_by("pk").values_list("pk"))


def composed(study: Study, actor: User | None) -> None:
    """Record a new draft in the blinded studies whose texts it tells apart."""
    for other, cases in _sharing(study):
        if other.state in BLINDED and _compares_others(study, other.secret.systems):
            _record(study_for_update(other.pk), study, cases, actor)


def opened(study: Study, actor: User | None) -> None:
    """Record, in the study being opened and in the blinded ones, what they share."""
    for other, cases in _sharing(study):
        if _tells(other, study):
            _record(study, other, cases, actor)
        if other.state in BLINDED and not _is_told(other, study):
            _record(study_for_update(other.pk), study, cases, actor)


def blinded_with(rationales: Iterable[int], systems: Iterable[str]) -> list[str]:
    """Blinded studies whose log would name a study of these texts and systems."""
    return sorted(
        study.name
        for study, _ in _showing(list(rationales))
        if study.state in BLINDED and _compares_others(study, systems)
    )


def _sharing(study: Study) -> list[tuple[Study, int]]:
    """Other studies that show any text of this one, and in how many cases."""
    own = SlotIdentity.objects.filter(slot__assignment__seat__study=study)
    found = _showing(own.values("rationale"))
    return [(other, cases) for other, cases in found if other.pk != study.pk]


def _showing(rationales: Sequence[int] | QuerySet[Any, Any]) -> list[tuple[Study, int]]:
    """Studies that show any of these texts, and in how many cases."""
    same = (
        SlotIdentity.objects.filter(rationale__in=rationales)
        .values_list("slot__assignment__seat__study")
        .annotate(cases=Count("slot__assignment__case", distinct=True))
    )
    cases: dict[UUID, int] = dict(same.order_by())
    studies = Study.objects.filter(pk__in=cases).select_related("secret")
    return [(study, cases[study.pk]) for study in studies.order_by("pk")]


def _tells(one: Study, other: Study) -> bool:
    """Whether leads may learn from ``one`` which texts of ``other`` are whose."""
    is_draft = one.state == Study.State.DRAFT
    return not is_draft or _compares_others(one, other.secret.systems)


def _compares_others(study: Study, systems: Iterable[str]) -> bool:
    return set(study.secret.systems) != set(systems)


def _is_told(study: Study, other: Study) -> bool:
    return EventContent.objects.filter(
        event__study=study, event__kind="texts_shared", payload__study=str(other.pk)
    ).exists()


def _record(study: Study, other: Study, cases: int, actor: User | None) -> None:
    said = f"texts of {counted(cases, 'case')} are in “{other.name}” too"
    payload = {"study": str(other.pk), "cases": cases, "reason": said}
    event_append(study=study, kind="texts_shared", actor=actor, payload=payload)
