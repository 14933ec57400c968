"""A clip's annotation as JSON, for the clip's row, and back."""

from __future__ import annotations

from typing import Any

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import Annotation, Side


def annotation_to_json(annotation: Annotation | None) -> dict[str, Any] | None:
    if annotation is None:
        return None
    return {
        "first_frame": annotation.first_frame,
        "frames": annotation.frames,
        "size": list(annotation.size),
        "boxes": [list(box) for box in annotation.boxes],
        "contacts": [[frame, side.value] for frame, side in annotation.contacts],
    }


def annotation_from_json(stored: dict[str, Any] | None) -> Annotation | None:
    """The inverse of :func:`annotation_to_json`.

    Raises
    ------
    InputError
        If a field is missing or of another kind.
    """
    if stored is None:
        return None
    try:
        width, height = stored["size"]
        return Annotation(
            first_frame=int(stored["first_frame"]),
            frames=int(stored["frames"]),
            size=(int(width), int(height)),
            boxes=tuple((b[0], b[1], b[2], b[3]) for b in stored["boxes"]),
            contacts=tuple((int(f), Side(s)) for f, s in stored["contacts"]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"a stored annotation is unusable: {error!r}") from error
