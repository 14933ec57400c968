"""Writes of the model room: imports are all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from gaitmodel import services
from gaitmodel.core.errors import InputError
from gaitmodel.core.records import ClipRef, Split
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.models import Clip, Rationale

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
