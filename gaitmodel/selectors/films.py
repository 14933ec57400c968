"""Reads of films in doubt, and of walks also measured by a mat."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet

from gaitmodel.core.features.bland_altman import Pair
from gaitmodel.core.privacy.decision import PrivacyDecision
from gaitmodel.models import (
    Clip,
    FilmReview,
    Walkway,
)
from gaitmodel.selectors.clips import clip_files


def reviews_open() -> QuerySet[FilmReview]:
    """Films whose de-identification awaits a person's decision, oldest first."""
    return FilmReview.objects.filter(
        decision=FilmReview.Decision.WAITING
    ).select_related("clip")


def reviews_decided(limit: int = 50) -> list[FilmReview]:
    """People's latest decisions, newest first."""
    decided = FilmReview.objects.exclude(decided_at=None)
    return list(
        decided.select_related("clip", "decided_by").order_by("-decided_at")[:limit]
    )


def review_cut_outs(review: FilmReview) -> list[Path]:
    """The pictures of a film's doubtful places, strongest first."""
    return sorted(clip_files(review.clip).review_folder(review.clip.name).glob("*.png"))


def review_decision(clip: Clip) -> PrivacyDecision:
    """People's current decision about a clip's film."""
    review = FilmReview.objects.filter(clip=clip).first()
    if review is None:
        return PrivacyDecision()
    accepted = review.decision == FilmReview.Decision.ACCEPTED
    return PrivacyDecision(
        accepted_sha256=review.doubts_sha256 if accepted else "", wider=review.wider
    )


def walkway_pairs() -> dict[str, list[Pair]]:
    """Film and mat values by metric for clips that both measured, in clip order."""
    pairs: dict[str, list[Pair]] = {}
    for row in Walkway.objects.select_related("clip__subject"):
        metrics = (row.clip.features or {}).get("metrics", {})
        for key, mat in row.values.items():
            film = metrics.get(key, {}).get("value")
            if film is not None:
                one = Pair(row.clip.name, row.clip.subject.name, film, mat)
                pairs.setdefault(key, []).append(one)
    return pairs
