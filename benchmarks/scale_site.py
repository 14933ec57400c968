"""The sites of the scale benchmark, made and timed in separate processes.

``python -m benchmarks.scale_site make STUDIES CASES RATERS`` adds that many studies,
cases and raters to a site that already has the two reference studies; ``reference``
makes those; ``measure`` times their pages. The last line printed is JSON.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django

PASSWORD = "walking-slowly-42"
ROUNDS = 40
OPEN, CLOSED, LONG = "reference, open", "reference, unblinded", "100,000 ratings"
CLIPS, PATIENTS = 10_000, 1_000


def reference() -> dict[str, Any]:
    """Two studies of 13 cases and 4 raters, through the site's own services."""
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from annotations.models import Rating
    from annotations.services import rater_seat, study_lock, study_open, study_unblind
    from tests import factories

    call_command("migrate", verbosity=0)
    factories.clips_with_rationales(50, start=500)  # a whole page of them
    leads = [
        User.objects.create_user(name, password=PASSWORD, is_staff=True)
        for name in ("lena", "omar")
    ]
    for turn, name in enumerate((OPEN, CLOSED)):
        study = factories.study(name, n_cases=13, n_raters=4, start=100 * turn)
        study = study_open(study=study, actor=leads[0])
        for number in range(4):
            rater = f"reference{turn}{number}"
            rater_seat(study=study, rater=User.objects.create_user(rater))
        chance = random.Random(turn)
        for rating in Rating.objects.filter(slot__assignment__seat__study=study):
            rating.value, rating.version = chance.randint(1, 5), 1
            rating.save()
        if name == CLOSED:
            study.seats.first().assignments.update(state="submitted")
            study_lock(study=study, actor=leads[0])
            for lead in leads:
                study_unblind(
                    study=study, signer=lead, password=PASSWORD, reason="scale"
                )
    return {}


def make(studies: int, cases: int, raters: int) -> dict[str, Any]:
    """Fill the site up around the reference studies."""
    from django.contrib.auth.models import User
    from django.db import connection

    from benchmarks.scale_rows import Size, StudyRows

    begun = time.perf_counter()
    clips, rationales = _clips(min(CLIPS, cases))
    User.objects.bulk_create(User(username=f"r{n}") for n in range(raters))
    people = list(
        User.objects.filter(username__regex=r"^r\d").values_list("pk", flat=True)
    )
    chance = random.Random(0)
    size = Size(cases // studies, max(1, raters // studies))
    for number in range(studies):
        shown = chance.sample(clips, min(size.cases, len(clips)))
        seated = people[number * size.raters : (number + 1) * size.raters]
        state = ("open", "locked", "unblinded")[number % 3]
        one = StudyRows(
            f"study {number:04}", Size(len(shown), size.raters), shown, seated
        )
        one.write(rationales, state)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_database_size(current_database())")
        bytes_used = cursor.fetchone()[0]
    return {"seconds": time.perf_counter() - begun, "bytes": bytes_used, **_counts()}


def make_long() -> dict[str, Any]:
    """One unblinded study of 100,000 ratings: 8,334 cases, 40 raters."""
    from django.contrib.auth.models import User

    from benchmarks.scale_rows import Size, StudyRows

    clips, rationales = _clips(8_334)
    people = [User.objects.create_user(f"long{n}").pk for n in range(40)]
    StudyRows(LONG, Size(8_334, 40), clips, people).write(rationales, "unblinded")
    return {}


def _clips(n: int) -> tuple[list[int], dict[tuple[int, str], int]]:
    """At least ``n`` clips of 1,000 patients, each with a text of every system."""
    from benchmarks.scale_rows import SYSTEMS, TEXT
    from gaitmodel.models import Clip, Rationale, Subject

    known = Clip.objects.filter(source="scale").order_by("pk")
    start = known.count()
    if not start:
        Subject.objects.bulk_create(
            Subject(name=f"patient {m}") for m in range(PATIENTS)
        )
    people = list(Subject.objects.filter(name__startswith="patient ").order_by("pk"))
    made = Clip.objects.bulk_create(
        [
            Clip(name=f"scale{m:06}", subject=people[m % PATIENTS], label="dcm",
                 source="scale", split="test", pose="pose.npz", fps=30.0,
                 state="ready", features={"cadence": 100})
            for m in range(start, n)
        ],
        batch_size=2_000,
    )  # fmt: skip
    Rationale.objects.bulk_create(
        [
            Rationale(clip=clip, system=system, text=TEXT, label="dcm",
                      prompt_sha256="0" * 64)
            for clip in made for system in SYSTEMS
        ],
        batch_size=2_000,
    )  # fmt: skip
    rows = Rationale.objects.filter(clip__source="scale")
    texts = {
        (clip, system): pk
        for pk, clip, system in rows.values_list("pk", "clip", "system")
    }
    return list(known.values_list("pk", flat=True))[: max(n, 1)], texts


def _counts() -> dict[str, int]:
    from annotations.models import Assignment, Case, Event, Rating, Seat, Study

    kinds = (Study, Case, Seat, Assignment, Rating, Event)
    return {kind.__name__.lower(): kind.objects.count() for kind in kinds}


def measure() -> dict[str, Any]:
    """Median milliseconds and SQL queries of the reference studies' pages."""
    from benchmarks.scale_pages import acts

    return {name: timed(act, rounds) for name, (act, rounds) in acts().items()}


def measure_own() -> dict[str, Any]:
    """The same for the site's own studies, at their full size."""
    from benchmarks.scale_pages import own_acts

    return {name: timed(act, rounds) for name, (act, rounds) in own_acts().items()}


def measure_long() -> dict[str, Any]:
    """The report of 100,000 ratings: seconds, and the process's peak memory."""
    from annotations.models import Study
    from annotations.reports import study_report

    study = Study.objects.get(name=LONG)
    begun = time.perf_counter()
    report = study_report(study)
    read = time.perf_counter() - begun
    report.as_json()
    whole = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"analysed_s": read, "whole_s": whole, "peak_mb": peak,
            "ratings": report.analysis.n.ratings}  # fmt: skip


def timed(act: Callable[[], object], rounds: int = ROUNDS) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    act()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - begun))
    with CaptureQueriesContext(connection) as queries:
        act()
    return {"median_ms": median(times), "queries": len(queries)}


def main(arguments: list[str]) -> None:
    django.setup()
    act, *rest = arguments
    acts: dict[str, Callable[..., dict[str, Any]]] = {
        "reference": reference,
        "make": make,
        "make_long": make_long,
        "measure": measure,
        "measure_own": measure_own,
        "measure_long": measure_long,
    }
    print(json.dumps(acts[act](*map(int, rest))))


if __name__ == "__main__":
    main(sys.argv[1:])
