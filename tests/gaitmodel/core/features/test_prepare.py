"""Work that was done from the same files stays; what is read otherwise is read anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.prepare import prepare_clip
from gaitmodel.core.records import ClipRef
from gaitmodel.core.store import ClipStore, write_json
from gaitmodel.core.taxonomy import GaitClass
from tests.gaitmodel.core.fakes import swinging_pose


@pytest.fixture
def ref(tmp_path: Path) -> ClipRef:
    np.save(tmp_path / "walk.npy", swinging_pose().angles)
    return ClipRef(
        "walk", "S1", GaitClass.NORMAL, "manifest",
        pose=tmp_path / "walk.npy", fps=30.0,
    )  # fmt: skip


def test_metrics_of_an_earlier_version_are_measured_anew_and_the_film_stays(
    tmp_path: Path, ref: ClipRef
) -> None:
    store = ClipStore(tmp_path / "store")
    first = prepare_clip(ref, store, films=True)
    film = store.skeleton_path("walk").stat()
    earlier = first.features | {"warnings": ["of an earlier version"]}
    write_json(store.features_path("walk"), earlier)
    assert prepare_clip(ref, store, films=True).features == earlier
    store.add_provenance("walk", measured="1")
    assert prepare_clip(ref, store, films=True).features == first.features
    after = store.skeleton_path("walk").stat()
    assert (after.st_ino, after.st_mtime_ns) == (film.st_ino, film.st_mtime_ns)


def test_a_clip_that_is_held_keeps_its_film_whatever_made_it(
    tmp_path: Path, ref: ClipRef
) -> None:
    store = ClipStore(tmp_path / "store")
    prepare_clip(ref, store, films=True)
    film = store.skeleton_path("walk").read_bytes()
    store.add_provenance("walk", version="of an earlier day")
    prepare_clip(ref, store, films=True, held="study 'One' has sealed its film")
    assert store.skeleton_path("walk").read_bytes() == film
    assert store.read_provenance("walk")["version"] == "of an earlier day"
    np.save(tmp_path / "walk.npy", swinging_pose(40).angles)
    with pytest.raises(
        InputError, match="'walk': study 'One' has sealed its film, but"
    ):
        prepare_clip(ref, store, films=True, held="study 'One' has sealed its film")
    assert store.skeleton_path("walk").read_bytes() == film
