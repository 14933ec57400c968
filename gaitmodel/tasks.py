"""What the queue's worker calls: an id in, one call."""

from __future__ import annotations

from uuid import UUID

from gaitmodel.preparing import prepare_again
from gaitmodel.runner.runs import run_execute as execute


def run_execute(run_id: str) -> None:
    """Do one Run, unless another worker has it or it is over."""
    execute(UUID(run_id))


def clip_prepare(name: str) -> None:
    """Make one clip's film again after a person's decision."""
    prepare_again(name)
