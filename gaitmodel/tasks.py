"""Entry points of the queue worker; nothing here loads torch."""

from __future__ import annotations

from gaitmodel import supervising
from gaitmodel.preparing import prepare_again


def run_next() -> None:
    """Do the waiting Run of the highest priority, if any."""
    supervising.run_next()


def clip_prepare(name: str) -> None:
    """Make one clip's film again after a person's decision."""
    prepare_again(name)
