"""Models of the study app, one file per level of secrecy."""

from annotations.models.answers import (
    Attention,
    Choice,
    Comment,
    Guess,
    Modality,
    OwnDiagnosis,
    Rating,
)
from annotations.models.coding import Codebook, CommentCoding
from annotations.models.log import (
    Event,
    EventContent,
    Invitation,
    PresentationReview,
    Seal,
    Signature,
)
from annotations.models.study import Assignment, Case, Criterion, Seat, Slot, Study
from annotations.models.vault import IdentifiabilityAudit, SlotIdentity, StudySecret

__all__ = [
    "Assignment",
    "Attention",
    "Case",
    "Choice",
    "Codebook",
    "Comment",
    "CommentCoding",
    "Criterion",
    "Event",
    "EventContent",
    "Guess",
    "IdentifiabilityAudit",
    "Invitation",
    "Modality",
    "OwnDiagnosis",
    "PresentationReview",
    "Rating",
    "Seal",
    "Seat",
    "Signature",
    "Slot",
    "SlotIdentity",
    "Study",
    "StudySecret",
]
