"""Check a study's course by its log: opened, answered, locked, signed, unblinded.

No entry can be changed undetected, but whoever has the database can append some: an
answer after the lock, an unblinding that too few have signed. An export's ``replay.py``
implements the same independently.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

STEPS = {
    "study_opened": "open",
    "study_locked": "locked",
    "study_unblinded": "unblinded",
}
SIGNED = "unblinding_signed"
AFTER_LOCK = frozenset(
    {
        SIGNED,
        "case_unblinded",
        "codebook_written",
        "comment_coded",
        "data_exported",
        "film_opened",
        "texts_shared",
    }
)


class Act(NamedTuple):
    """One entry: its number, what was done, and by whom (empty if unknown)."""

    sequence: int
    kind: str
    actor: str


def course_breaks(acts: Iterable[Act], signatories: int) -> list[str]:
    """Where a log records an impossible course; empty if nowhere."""
    breaks, steps, signers = [], list[str](), set[str]()
    for number, kind, actor in acts:
        is_locked = "study_locked" in steps
        if kind in STEPS:
            steps.append(kind)
        elif is_locked and kind not in AFTER_LOCK:
            breaks.append(f"event {number}: {kind} after the study was locked")
        if kind == SIGNED and is_locked and actor:
            signers.add(actor)
        if kind == "study_unblinded" and len(signers) < signatories:
            breaks.append(
                f"event {number}: unblinded with {len(signers)} of {signatories} "
                "signatures"
            )
    if steps != list(STEPS)[: len(steps)]:
        breaks.append(f"log: the study's steps are {', '.join(steps)}")
    return breaks
