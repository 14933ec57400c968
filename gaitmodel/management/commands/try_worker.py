"""Queue a trial run, to see that a worker takes, computes, reports and ends it."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from gaitmodel.management.base import GaitCommand, progress_bar
from gaitmodel.models import Run
from gaitmodel.services import runs


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--steps", type=int, default=5)
        parser.add_argument(
            "--seconds", type=float, default=1.0, help="length of each step"
        )
        parser.add_argument("--device", action="store_true", help="use the CUDA device")
        parser.add_argument("--runs", type=int, default=1, help="number of trials")
        parser.add_argument(
            "--wait",
            type=float,
            default=0.0,
            metavar="S",
            help="seconds to wait for them to end",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        parameters = {name: options[name] for name in ("steps", "seconds", "device")}
        trials = [
            runs.run_create(
                kind=Run.Kind.TRIAL,
                system="worker",
                parameters=parameters,
                queue=True,
                priority=Run.Priority.HIGH,
            ).pk
            for _ in range(options["runs"])
        ]
        if not options["wait"]:
            self.stdout.write(f"{len(trials)} queued for the gpu worker")
            return
        deadline = time.monotonic() + options["wait"]
        with progress_bar("trial") as show:
            while (ended := _ended(trials)) < len(
                trials
            ) and time.monotonic() < deadline:
                show(ended / len(trials), f"{ended}/{len(trials)}")
                time.sleep(0.5)
        done = Run.objects.filter(pk__in=trials, state=Run.State.DONE)
        workers = sorted(set(done.values_list("worker", flat=True)))
        if done.count() < len(trials):
            raise CommandError(
                f"{done.count()} of {len(trials)} trials finished after "
                f"{options['wait']:g} s: see the Runs page and the worker's log",
                returncode=1,
            )
        self.stdout.write(f"{len(trials)} done by {'; '.join(workers)}")


def _ended(trials: list[Any]) -> int:
    open_states = (Run.State.QUEUED, Run.State.RUNNING)
    return (
        len(trials) - Run.objects.filter(pk__in=trials, state__in=open_states).count()
    )
