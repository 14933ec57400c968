"""Options of the commands that may leave their work to a worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.core.errors import InputError
from gaitmodel.models import Run

PRIORITIES = {str(member.label): member.value for member in Run.Priority}


def add_queue_arguments(parser: CommandParser) -> None:
    parser.add_argument(
        "--queue", action="store_true", help="queue the work for a worker"
    )
    parser.add_argument("--priority", choices=PRIORITIES, default="normal")
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        help="one process per device, on a worker with that many devices",
    )


def queue_options(options: dict[str, Any]) -> dict[str, Any]:
    """Those of the options that ``run_create`` takes.

    Raises
    ------
    InputError
        If several processes are requested without a worker.
    """
    if options["processes"] < 1:
        raise InputError(f"--processes must be at least 1, not {options['processes']}")
    if options["processes"] > 1 and not options["queue"]:
        raise InputError("--processes is for workers: add --queue")
    return {
        "queue": options["queue"],
        "priority": PRIORITIES[options["priority"]],
        "processes": options["processes"],
    }
