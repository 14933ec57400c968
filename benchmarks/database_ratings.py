"""Table 2 of a very large study from the database: python -m benchmarks.database_ratings [N].

Makes a study of N readings (83,334: a million ratings) of 500 patients in a separate
database under BIOGAIT_VAR (by default a temporary folder), then times the counting in
SQL and the analysis of the counts with 10,000 resamples. Wall and CPU seconds.
"""

import os
import sys
import tempfile
import time

CRITERIA = ("grounding", "explainability", "usefulness", "consistency")
SYSTEMS = ("full", "zero_shot", "no_bio")
PATIENTS, RATERS, BATCH = 500, 50, 5_000


def main() -> None:
    readings = int((*sys.argv[1:], "83334")[0])
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("BIOGAIT_VAR", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "evalsite.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        study = filled(readings)
        measure(study)


def filled(readings: int) -> object:
    """An unblinded study whose rows are written in bulk, without the services."""
    import numpy as np
    from django.contrib.auth.models import User

    from annotations.models import (
        Assignment,
        Case,
        Criterion,
        Rating,
        Seat,
        Slot,
        SlotIdentity,
        Study,
    )
    from gaitmodel.models import Clip, Rationale, Subject

    rng = np.random.default_rng(0)
    study = Study.objects.create(name="large", state=Study.State.OPEN, n_systems=3)
    criteria = [
        Criterion.objects.create(study=study, key=key, rank=rank, title=key)
        for rank, key in enumerate(CRITERIA)
    ]
    users = User.objects.bulk_create(User(username=f"r{n}") for n in range(RATERS))
    seats = Seat.objects.bulk_create(
        Seat(study=study, number=n + 1, rater=user) for n, user in enumerate(users)
    )
    subjects = Subject.objects.bulk_create(
        Subject(name=f"p{n}") for n in range(PATIENTS)
    )
    per_seat = -(-readings // RATERS)
    clips = Clip.objects.bulk_create(
        Clip(name=f"c{n}", subject=subjects[n % PATIENTS], label="dcm", pose="p")
        for n in range(per_seat)
    )
    cases = Case.objects.bulk_create(
        Case(study=study, clip=clip, film="f", film_sha256="0" * 64, film_fps=30)
        for clip in clips
    )
    texts = Rationale.objects.bulk_create(
        Rationale(clip=clips[0], system=s, text="t", prompt_sha256="0" * 64)
        for s in SYSTEMS
    )
    rows = [
        Assignment(seat=seat, case=case, position=place + 1, state="submitted")
        for seat in seats
        for place, case in enumerate(cases)
    ][:readings]
    for start in range(0, len(rows), BATCH):
        made = Assignment.objects.bulk_create(rows[start : start + BATCH])
        slots = Slot.objects.bulk_create(
            Slot(assignment=row, letter=letter, text="t")
            for row in made
            for letter in "ABC"
        )
        SlotIdentity.objects.bulk_create(
            SlotIdentity(slot=slot, system=SYSTEMS[n % 3], rationale=texts[n % 3])
            for n, slot in enumerate(slots)
        )
        values = rng.integers(1, 6, size=len(slots) * len(criteria))
        Rating.objects.bulk_create(
            Rating(slot=slot, criterion=criterion, value=int(values[4 * n + k]))
            for n, slot in enumerate(slots)
            for k, criterion in enumerate(criteria)
        )
    for state in (Study.State.LOCKED, Study.State.UNBLINDED):
        Study.objects.filter(pk=study.pk).update(state=state)
    return study


def measure(study: object) -> None:
    from annotations.core.instrument.criteria import LIKERT
    from annotations.core.report.counted import counted_analysis
    from annotations.selectors.unblinded import rating_counts

    wall, spent = time.perf_counter(), time.process_time()
    rows = list(rating_counts(study))  # type: ignore[arg-type]
    counted = time.perf_counter() - wall
    found = counted_analysis(rows, LIKERT)
    print(
        f"{found.ratings:,} ratings of {found.patients} patients: counted in SQL "
        f"{counted:.2f} s, with 10,000 resamples {time.perf_counter() - wall:.2f} s "
        f"(processor {time.process_time() - spent:.2f} s)"
    )


if __name__ == "__main__":
    main()
