"""Which films studies have sealed; these must not change by a byte."""

from __future__ import annotations

from collections.abc import Collection

from annotations.models import Case, Study


def films_sealed(clips: Collection[str]) -> dict[str, str]:
    """Those of the clip names whose film a study has sealed, with that study."""
    rows = Case.objects.exclude(study__state=Study.State.DRAFT).values_list(
        "clip__name", "study__name"
    )
    return {
        clip: f"study {study!r} has sealed its film"
        for clip, study in rows
        if clip in clips
    }
