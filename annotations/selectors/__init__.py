"""Reads of the study app: blinded for raters, counts for leads, all once unblinded."""

from annotations.selectors.answers import case_missing
from annotations.selectors.blinded import BlindedCase
from annotations.selectors.cases import assignment_for, blinded_case
from annotations.selectors.desk import desks_for
from annotations.selectors.progress import study_progress
from annotations.selectors.unblinded import (
    ratings_for,
    study_plan,
    study_seal,
    study_target,
)

__all__ = [
    "BlindedCase",
    "assignment_for",
    "blinded_case",
    "case_missing",
    "desks_for",
    "ratings_for",
    "study_plan",
    "study_progress",
    "study_seal",
    "study_target",
]
