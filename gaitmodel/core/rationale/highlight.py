"""Split a rationale at its judged claims, so that a page can colour them (Fig. 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Segment:
    """A stretch of text; ``verdict`` is empty where nothing is claimed."""

    text: str
    verdict: str = ""
    note: str = ""


def segments(text: str, claims: Sequence[Mapping[str, Any]]) -> list[Segment]:
    """``text`` in order, split at the claims of its evidence report.

    Of overlapping claims the first is shown; joined, the segments are the text.
    """
    found, place = [], 0
    for claim in sorted(claims, key=lambda one: (one["start"], one["end"])):
        start, end = int(claim["start"]), int(claim["end"])
        if start < place or end > len(text) or start >= end:
            continue
        if start > place:
            found.append(Segment(text[place:start]))
        note = _note(claim)
        found.append(Segment(text[start:end], str(claim["verdict"]), note))
        place = end
    if place < len(text):
        found.append(Segment(text[place:]))
    return found


def _note(claim: Mapping[str, Any]) -> str:
    measured = claim.get("measured")
    if measured is None:
        return str(claim.get("note") or "not measured")
    return f"measured {measured:g} {claim.get('unit') or ''}".strip()
