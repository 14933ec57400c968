"""Writes of the model room: imports are all or nothing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from gaitmodel import services
from gaitmodel.core.errors import InputError
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.records import ClipRef, Split
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.models import Clip, Rationale
from tests.gaitmodel.core.fakes import swinging_pose

pytestmark = pytest.mark.django_db


def ref(
    clip: str, subject: str = "s1", split: Split | None = Split.TRAIN, **changes: object
) -> ClipRef:
    fields = {"label": GaitClass.DCM, "source": "test", "pose": Path("/a.npy")}
    return ClipRef(clip, subject, split=split, **(fields | changes))  # type: ignore[arg-type]


def test_clips_are_imported_with_their_subjects() -> None:
    summary = services.clips_import(refs=[ref("a"), ref("b", "s2")])
    assert (summary.created, summary.subjects) == (2, 2)
    assert Clip.objects.get(name="b").subject.name == "s2"


def test_importing_again_changes_nothing() -> None:
    services.clips_import(refs=[ref("a")])
    assert services.clips_import(refs=[ref("a")]).unchanged == 1


def test_a_film_whose_rate_nobody_stated_stays_prepared_when_imported_again(
    tmp_path: Path,
) -> None:
    film = tmp_path / "walk.mp4"
    write_video(film, [np.full((64, 64, 3), n, np.uint8) for n in range(40)], 25)
    pose = tmp_path / "walk.npy"
    np.save(pose, swinging_pose(40).angles)
    services.clips_import(refs=[ref("a", video=film, pose=pose)])
    call_command("prepare_clips", "--no-films", stdout=StringIO())
    assert services.clips_import(refs=[ref("a", video=film, pose=pose)]).unchanged == 1
    assert Clip.objects.get().state == Clip.State.READY


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


def test_a_source_that_has_grown_moves_no_known_subject_between_the_splits(
    tmp_path: Path,
) -> None:
    def imported(subjects: int) -> dict[str, str]:
        lines = []
        for number in range(subjects):
            pose = tmp_path / f"{number}.npy"
            np.save(pose, swinging_pose(40, knee_deg=30 + number).angles)
            lines.append(f"walk-{number},s{number},normal,{pose.name},30")
        manifest = tmp_path / "manifest.csv"
        manifest.write_text("\n".join(["clip,subject,label,pose,fps", *lines]))
        call_command("import_clips", str(manifest), test_share=0.4, stdout=StringIO())
        return dict(Clip.objects.values_list("subject__name", "split"))

    before = imported(5)
    after = imported(15)
    assert {name: after[name] for name in before} == before
    assert [split for name, split in after.items() if name not in before].count(
        "test"
    ) == 4


def test_an_import_that_another_overtook_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on PostgreSQL, where both look for known clips before either writes."""
    np.save(tmp_path / "a.npy", swinging_pose(40).angles)
    path = tmp_path / "m.csv"
    path.write_text("clip,subject,label,pose,fps,split\na,s1,dcm,a.npy,30,train\n")
    services.clips_import(refs=[ref("a")])
    monkeypatch.setattr("gaitmodel.services.clips._clips_known", lambda refs: {})
    with pytest.raises(CommandError, match="another import took in") as told:
        call_command("import_clips", str(path))
    assert told.value.returncode == 1
    assert Clip.objects.count() == 1


@pytest.mark.parametrize(
    "break_it",
    [
        lambda clip: Clip.objects.filter(pk=clip.pk).update(video="", pose=""),
        lambda clip: Clip.objects.filter(pk=clip.pk).update(fps=0),
        lambda clip: Rationale.objects.create(clip=clip, system="x", text=""),
    ],
)
def test_the_database_keeps_the_rules_of_the_rows(break_it: object) -> None:
    services.clips_import(refs=[ref("a")])
    with pytest.raises(IntegrityError), transaction.atomic():
        break_it(Clip.objects.get())  # type: ignore[operator]
