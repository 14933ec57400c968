"""The load test's study, made, counted and timed in a separate process with the ORM."""

from __future__ import annotations

import json
import sys
import time
from statistics import median

import django

PASSWORD = "walking-slowly-42"
ROUNDS = 200


def rater_name(number: int) -> str:
    return f"rater{number:02}"


def make(raters: int, cases: int) -> dict[str, object]:
    """Migrate, compose and open a study in which each rater has ``cases`` cases."""
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from annotations.services import rater_seat, study_open
    from tests import factories

    call_command("migrate", verbosity=0)
    draft = factories.study("Load", n_cases=raters * cases, n_raters=raters)
    opened = study_open(study=draft)
    for number in range(raters):
        rater = User.objects.create_user(rater_name(number), password=PASSWORD)
        rater_seat(study=opened, rater=rater)
    return {"study": str(opened.pk)}


def count() -> dict[str, object]:
    """Cells with a value, cells in the log, and whether the log verifies."""
    from annotations.audit import log_breaks
    from annotations.models import Event, Rating, Study

    study = Study.objects.get()
    return {
        "cells": Rating.objects.filter(value__isnull=False, version=1).count(),
        "logged": Event.objects.filter(kind="rating_saved").count(),
        "log": "; ".join(log_breaks(study)[:3]) or "holds",
    }


def stored() -> dict[str, object]:
    """Every stored cell by case and name, the log's count, and its breaks."""
    from annotations.models import Event, Rating, Study
    from annotations.services import study_verify

    study = Study.objects.get()
    given = Rating.objects.filter(value__isnull=False)
    rows = given.values_list(
        "slot__assignment", "slot__letter", "criterion__key", "value"
    )
    return {
        "cells": {f"{case} {letter}-{key}": value for case, letter, key, value in rows},
        "first_versions": given.filter(version=1).count(),
        "logged": Event.objects.filter(kind="rating_saved").count(),
        "events": study.event_count,
        "breaks": list(study_verify(study).breaks),
    }


def timed(what: str) -> dict[str, object]:
    """Server time of a case page or of a cell, whole request, one process."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from annotations.models import Assignment, Study

    study = Study.objects.get()
    rater = User.objects.create_user(f"timed-{what}")
    seat = study.seats.last()
    seat.rater = rater
    seat.save()
    case = Assignment.objects.filter(seat=seat, position=1)
    case.update(state=Assignment.State.NEW)
    path = f"/cases/{case.get().pk}/"
    client = Client(SERVER_NAME="localhost")
    client.force_login(rater)
    client.get(path)
    state = {"version": case.get().slots.get(letter="A").ratings.first().version}
    criterion = case.get().slots.get(letter="A").ratings.first().criterion.key

    def once() -> int:
        if what == "page":
            return client.get(path).status_code
        fields = {f"A-{criterion}-value": 1 + state["version"] % 5,
                  f"A-{criterion}-version": state["version"]}  # fmt: skip
        state["version"] += 1
        return client.post(f"{path}cells/A/{criterion}/", fields).status_code

    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        if once() != 200:
            raise SystemExit(f"the {what} was refused")
        times.append(1000 * (time.perf_counter() - begun))
    with CaptureQueriesContext(connection) as queries:
        once()
    return {"median_ms": median(times), "queries": len(queries)}


def main(arguments: list[str]) -> None:
    django.setup()
    act, *rest = arguments
    if act == "make":
        result = make(int(rest[0]), int(rest[1]))
    elif act == "stored":
        result = stored()
    else:
        result = count() if act == "count" else timed(rest[0])
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
