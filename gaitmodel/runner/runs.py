"""Do what a Run's row asks for, and leave in it how it went and ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection

from gaitmodel import services
from gaitmodel.core.errors import CancelledError, GaitError, InputError
from gaitmodel.core.training.fit import Report
from gaitmodel.core.training.requests import GenerateRequest, TrainRequest
from gaitmodel.models import Run
from gaitmodel.runner.generation import run_generation
from gaitmodel.runner.training import run_training


def execute(run: Run, report: Report) -> dict[str, Any]:
    """Do what a Run's row asks for; its result as JSON."""
    if run.kind == Run.Kind.TRAIN:
        stored = dict(run.parameters)
        limit = int(stored.pop("max_clips", 0))
        return run_training(TrainRequest.from_json(stored), report, limit)
    request = GenerateRequest.from_json(run.parameters)
    return {"rationales": run_generation(request, report)}


def run_execute(run_id: UUID) -> None:
    """Claim a Run, do it, and leave how it ended in its row."""
    if not services.run_claim(run_id=run_id):
        return
    run = Run.objects.get(pk=run_id)
    with _heartbeat(run_id) as cancelled:

        def report(progress: float, stage: str) -> None:
            services.run_progress(run_id=run_id, progress=progress, stage=stage)
            if cancelled.is_set():
                raise CancelledError("cancelled by a person")

        try:
            result = execute(run, report)
        except CancelledError:
            services.run_stop(run_id=run_id)
        except GaitError as error:
            services.run_fail(run_id=run_id, reason=str(error))
        except Exception as error:
            services.run_fail(run_id=run_id, reason=f"{type(error).__name__}: {error}")
            raise
        else:
            services.run_finish(run_id=run_id, result=result)


@contextmanager
def _heartbeat(run_id: UUID) -> Iterator[threading.Event]:
    """Beat while the block runs; the event is set once someone cancels the Run."""
    over, cancelled = threading.Event(), threading.Event()

    def beat() -> None:
        try:
            while not over.wait(services.HEARTBEAT_S):
                if services.run_beat(run_id=run_id):
                    cancelled.set()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield cancelled
    finally:
        over.set()
        thread.join()


def watched(run: Run, show: Callable[[float, str], None]) -> Run:
    """Do a Run in this process, showing its progress; used without ``--queue``."""
    if not services.run_claim(run_id=run.pk):
        raise InputError(f"run {run.pk} is not waiting to be done")

    def report(progress: float, stage: str) -> None:
        services.run_progress(run_id=run.pk, progress=progress, stage=stage)
        show(progress, stage)

    try:
        result = execute(run, report)
    except BaseException as error:
        services.run_fail(run_id=run.pk, reason=str(error) or type(error).__name__)
        raise
    services.run_finish(run_id=run.pk, result=result)
    run.refresh_from_db()
    return run
