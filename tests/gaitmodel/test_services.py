"""Writes of the model room: imports are all or nothing, a Run has one worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.models import OrmQ

from gaitmodel import services
from gaitmodel.core.errors import InputError
from gaitmodel.core.records import ClipRef, Split
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.models import Clip, Rationale, Run

pytestmark = pytest.mark.django_db


def ref(
    clip: str, subject: str = "s1", split: Split | None = Split.TRAIN, **changes: object
) -> ClipRef:
    fields = {"label": GaitClass.DCM, "source": "test", "pose": Path("/a.npy")}
    return ClipRef(clip, subject, split=split, **(fields | changes))  # type: ignore[arg-type]


def run(state: str = Run.State.QUEUED, **values: object) -> Run:
    return Run.objects.create(
        kind=Run.Kind.TRAIN, system="biogait_full", state=state, **values
    )


def test_clips_are_imported_with_their_subjects() -> None:
    summary = services.clips_import(refs=[ref("a"), ref("b", "s2")])
    assert (summary.created, summary.subjects) == (2, 2)
    assert Clip.objects.get(name="b").subject.name == "s2"


def test_importing_again_changes_nothing() -> None:
    services.clips_import(refs=[ref("a")])
    assert services.clips_import(refs=[ref("a")]).unchanged == 1


def test_a_clip_with_new_files_must_be_prepared_again() -> None:
    services.clips_import(refs=[ref("a")])
    Clip.objects.update(state=Clip.State.READY)
    services.clips_import(refs=[ref("a", pose=Path("/b.npy"))])
    assert Clip.objects.get().state == Clip.State.IMPORTED


def test_a_clip_known_under_another_label_is_refused_and_nothing_is_written() -> None:
    services.clips_import(refs=[ref("a")])
    with pytest.raises(InputError, match="'a' is already imported"):
        services.clips_import(refs=[ref("b"), ref("a", label=GaitClass.NORMAL)])
    assert not Clip.objects.filter(name="b").exists()


def test_a_subject_of_an_earlier_import_may_not_enter_another_split() -> None:
    services.clips_import(refs=[ref("a")])
    with pytest.raises(InputError, match="subject 's1' stands in split 'train'"):
        services.clips_import(refs=[ref("b", split=Split.TEST)])


def test_a_run_is_claimed_once() -> None:
    waiting = run()
    assert services.run_claim(run_id=waiting.pk)
    assert not services.run_claim(run_id=waiting.pk)


def test_a_queued_run_reaches_the_gpu_cluster_after_commit(
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.run_create(
            kind=Run.Kind.TRAIN, system="biogait_full", parameters={}, queue=True
        )
    [waiting] = OrmQ.objects.all()
    assert waiting.key == "gpu"
    assert waiting.func() == "gaitmodel.tasks.run_execute"


def test_a_queued_run_is_cancelled_at_once() -> None:
    waiting = run()
    services.run_cancel(run_id=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == Run.State.CANCELLED
    assert not services.run_claim(run_id=waiting.pk)


def test_a_running_run_hears_of_its_cancelling_at_the_next_beat() -> None:
    waiting = run()
    services.run_claim(run_id=waiting.pk)
    assert not services.run_beat(run_id=waiting.pk)
    services.run_cancel(run_id=waiting.pk)
    assert services.run_beat(run_id=waiting.pk)
    services.run_stop(run_id=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == Run.State.CANCELLED


def test_a_finished_run_cannot_be_cancelled_or_finished_again() -> None:
    over = run(Run.State.DONE)
    assert not services.run_cancel(run_id=over.pk)
    services.run_fail(run_id=over.pk, reason="late")
    over.refresh_from_db()
    assert over.state == Run.State.DONE


def test_only_runs_without_a_heartbeat_are_queued_again() -> None:
    now = timezone.now()
    dead = run(
        Run.State.RUNNING, heartbeat_at=now - timedelta(seconds=services.LEASE_S + 1)
    )
    alive = run(Run.State.RUNNING, heartbeat_at=now)
    assert services.runs_recover() == 1
    dead.refresh_from_db()
    alive.refresh_from_db()
    assert (dead.state, alive.state) == (Run.State.QUEUED, Run.State.RUNNING)


def test_a_failed_run_can_be_tried_again() -> None:
    failed = run(Run.State.FAILED, reason="no memory")
    assert services.run_retry(run_id=failed.pk)
    assert services.run_claim(run_id=failed.pk)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda clip: Clip.objects.filter(pk=clip.pk).update(video="", pose=""),
        lambda clip: Clip.objects.filter(pk=clip.pk).update(fps=0),
        lambda clip: Rationale.objects.create(clip=clip, system="x", text=""),
        lambda clip: run(progress=1.5),
    ],
)
def test_the_database_keeps_the_rules_of_the_rows(break_it: object) -> None:
    services.clips_import(refs=[ref("a")])
    with pytest.raises(IntegrityError), transaction.atomic():
        break_it(Clip.objects.get())  # type: ignore[operator]
