"""Rows of the study room, one file per kind of secrecy."""

from annotations.models.answers import Choice, Comment, Guess, Rating
from annotations.models.log import Event, EventContent, Invitation, Seal, Signature
from annotations.models.study import Assignment, Case, Criterion, Seat, Slot, Study
from annotations.models.vault import SlotIdentity, StudySecret

__all__ = [
    "Assignment",
    "Case",
    "Choice",
    "Comment",
    "Criterion",
    "Event",
    "EventContent",
    "Guess",
    "Invitation",
    "Rating",
    "Seal",
    "Seat",
    "Signature",
    "Slot",
    "SlotIdentity",
    "Study",
    "StudySecret",
]
