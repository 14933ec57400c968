"""Writes of the study app: each is atomic and adds an event to the study's log."""

from annotations.services.cases import (
    assignment_cannot_judge,
    assignment_open,
    assignment_reopen,
    assignment_submit,
    film_opened,
)
from annotations.services.cells import rating_save
from annotations.services.closing import study_lock, study_unblind
from annotations.services.composing import study_create
from annotations.services.inviting import (
    invitation_accept,
    rater_seat,
    raters_invite,
)
from annotations.services.sealing import study_open, study_verify
from annotations.services.verdicts import choice_save, comment_save, guess_save

__all__ = [
    "assignment_cannot_judge",
    "assignment_open",
    "assignment_reopen",
    "assignment_submit",
    "choice_save",
    "comment_save",
    "film_opened",
    "guess_save",
    "invitation_accept",
    "rater_seat",
    "raters_invite",
    "rating_save",
    "study_create",
    "study_lock",
    "study_open",
    "study_unblind",
    "study_verify",
]
