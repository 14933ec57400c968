"""Erase a walker from the site: rows, films, poses and features."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError

from gaitmodel import shelf
from gaitmodel.core.errors import InputError
from gaitmodel.models import (
    Clip,
    FilmReview,
    Prediction,
    Rationale,
    Subject,
    Walkway,
)


@transaction.atomic
def subject_erase(*, name: str) -> list[str]:
    """Delete a subject, their clips and everything derived; returns the clips' names.

    Features are cached by content, so the whole cache is deleted; it will be rebuilt.
    Rows are committed last: if killed midway, the same call finishes the work.

    Raises
    ------
    InputError
        If nobody has this name, or a study holds one of their clips.
    """
    subject = Subject.objects.select_for_update().filter(name=name).first()
    if subject is None:
        raise InputError(f"no subject is named {name!r}")
    clips = Clip.objects.filter(subject=subject)
    names = list(clips.values_list("name", flat=True))
    try:
        for made in (Prediction, Rationale, FilmReview, Walkway):
            made.objects.filter(clip__in=clips).delete()
        clips.delete()
        subject.delete()
    except ProtectedError as error:
        raise InputError(
            f"subject {name!r}: a study holds one of their clips ({', '.join(names)}), "
            "and its seal their films; docs/data-protection.md says what can be done"
        ) from error
    for clip in names:
        shelf.erase(clip)
    shutil.rmtree(Path(settings.FEATURE_CACHE), ignore_errors=True)
    return names
