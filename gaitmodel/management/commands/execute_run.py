"""Execute one Run that a worker has claimed, in this process; workers call it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from gaitmodel.core.errors import InputError
from gaitmodel.management.base import GaitCommand
from gaitmodel.models import Run
from gaitmodel.runner.runs import perform, stopped_by_signal
from gaitmodel.supervising import die_with_parent


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=UUID)
        parser.add_argument(
            "claim", type=UUID, help="identifier of the worker's claim on the Run"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_parent()
        held = Run.objects.filter(
            pk=options["run"], claim=options["claim"], state=Run.State.RUNNING
        )
        run = held.first()
        if run is None:
            raise InputError(f"run {options['run']} is not held by this claim")
        with stopped_by_signal() as stopping:
            perform(run, stopping)
