"""Errors of the study core that a person can fix, each worded in one sentence."""


class StudyError(Exception):
    """Unusable arguments or invalid data: names the file, row, rule and value."""


class StateError(StudyError):
    """An act that the study's state does not allow."""
