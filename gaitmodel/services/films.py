"""Writes about films in doubt, and about walkway measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_q.tasks import async_task

from gaitmodel.core.errors import InputError
from gaitmodel.core.privacy.decision import WIDER_STEP
from gaitmodel.models import Clip, FilmReview, Walkway


@transaction.atomic
def walkway_import(*, trials: Mapping[str, Mapping[str, float]], source: str) -> int:
    """Import a mat's parameters by clip, all or none; existing ones are replaced.

    Raises
    ------
    InputError
        If a clip is not imported.
    """
    clips = {clip.name: clip for clip in Clip.objects.filter(name__in=list(trials))}
    for name in trials:
        if name not in clips:
            raise InputError(f"{source}: clip {name!r} is not imported")
    for name, values in trials.items():
        Walkway.objects.update_or_create(
            clip=clips[name], defaults={"values": dict(values), "source": source}
        )
    return len(trials)


@transaction.atomic
def film_review_note(*, clip: Clip, found: Mapping[str, Any]) -> None:
    """Record how a film's last de-identification ended: a doubt awaits a decision.

    ``found`` is what the clip store keeps of it (``Deidentified.to_json``).
    """
    review = FilmReview.objects.filter(clip=clip).first()
    if found["status"] == "passed":
        if review:
            review.status = found["status"]
            if review.decision != FilmReview.Decision.ACCEPTED:
                review.decision = FilmReview.Decision.SETTLED
            review.save(update_fields=["status", "decision"])
        return
    if not found["doubts"]:
        return
    same = review and review.doubts_sha256 == found["doubts_sha256"]
    if same and review and review.decision == FilmReview.Decision.WAITING:
        return
    FilmReview.objects.update_or_create(  # another process may have created it
        clip=clip,
        defaults={
            "status": found["status"],
            "finding": found["reason"],
            "doubts": found["doubts"],
            "doubts_sha256": found["doubts_sha256"],
            "decision": FilmReview.Decision.WAITING,
            "decided_by": None,
        },
    )


def film_review_withdraw(*, clip: Clip) -> None:
    """Drop a clip's open review, as its film is no longer shown or to be remade.

    The decision about a film that passed is kept.
    """
    FilmReview.objects.filter(clip=clip).exclude(status="passed").delete()


@transaction.atomic
def film_review_decide(
    *, review: FilmReview, by: AbstractBaseUser, accept: bool, reason: str
) -> None:
    """Accept weak detections as not being faces, or have the film covered more widely.

    The film is then remade by a worker (or by ``prepare_clips``) and checked again.

    Raises
    ------
    InputError
        If somebody has already decided, a certain face is to be accepted, or no reason
        is given for accepting.
    """
    if accept and not review.can_be_accepted:
        raise InputError(
            f"clip {review.clip.name!r}: a detection this certain cannot be accepted"
        )
    if accept and not reason.strip():
        raise InputError("say in a few words why none of these is a face")
    waiting = FilmReview.objects.filter(
        pk=review.pk, decision=FilmReview.Decision.WAITING
    )
    kept, step = FilmReview.Decision.ACCEPTED, 1.0
    if not accept:
        kept, step = FilmReview.Decision.WIDER, WIDER_STEP
    decided = waiting.update(
        decision=kept,
        wider=F("wider") * step,
        decided_by=by.pk,
        decided_at=timezone.now(),
        reason=reason.strip(),
    )
    if not decided:
        raise InputError(
            f"clip {review.clip.name!r}: this film has already been decided"
        )
    name = review.clip.name
    transaction.on_commit(lambda: async_task("gaitmodel.tasks.clip_prepare", name))
