"""The clip store: whole files or none, safe names, honest absences."""

import fcntl
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import PoseSequence
from gaitmodel.core.store import (
    ClipStore,
    atomic_path,
    check_clip_name,
    file_sha256,
    scratch_folder,
    sweep_scratch,
    write_json,
)


@pytest.fixture
def store(tmp_path: Path) -> ClipStore:
    return ClipStore(tmp_path)


@pytest.mark.parametrize(
    "name", ["", "../up", "a/b", ".hidden", "-dash", "a b", "a\n", "x" * 121, "ä"]
)
def test_a_name_that_is_no_plain_folder_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="clip name"):
        check_clip_name(name)


@pytest.mark.parametrize("name", ["walk-0007", "DCM_03_WalkData_1_clip", "a.b"])
def test_plain_names_are_kept(name: str) -> None:
    assert check_clip_name(name) == name


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    path.write_text("old")

    def interrupted() -> None:
        with atomic_path(path) as part:
            part.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_scratch_folder_of_a_killed_process_is_swept_by_the_next(
    tmp_path: Path,
) -> None:
    for name in (".part-killed", ".deidentify-of-an-earlier-version"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "video.mp4").write_text("not looked at yet")
    (tmp_path / ".part-killed" / "owner").touch()
    (tmp_path / ".part-of-another-program").mkdir()
    others = {".part-of-another-program"}
    with scratch_folder(tmp_path) as folder:
        assert {path.name for path in tmp_path.iterdir()} == {folder.name, *others}
    assert {path.name for path in tmp_path.iterdir()} == others


def test_the_scratch_folder_of_a_living_process_stays(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as mine, scratch_folder(tmp_path) as other:
        sweep_scratch(tmp_path)
        assert mine.exists()
        assert other.exists()


def test_a_scratch_folder_is_not_swept_before_its_owner_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = fcntl.flock

    def late(owner: IO[str], how: int) -> None:
        if how == fcntl.LOCK_EX:
            sweep_scratch(tmp_path)  # by another process, just before
        held(owner, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with scratch_folder(tmp_path) as mine:
        assert mine.exists()


def test_json_without_a_meaning_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", {"value": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_pose_comes_back_as_it_was_with_its_gaps(store: ClipStore) -> None:
    angles = np.random.default_rng(0).normal(size=(9, 46)).astype(np.float32)
    angles[3, 5] = np.nan
    store.write_pose("a", PoseSequence(angles, 29.97, True, "hsmr"))
    pose = store.read_pose("a")
    np.testing.assert_array_equal(pose.angles, angles)
    assert (pose.fps, pose.camera_frame, pose.source) == (29.97, True, "hsmr")


def test_a_missing_pose_and_a_missing_film_say_what_to_run(store: ClipStore) -> None:
    with pytest.raises(InputError, match="'a' has no pose.*prepare_clips"):
        store.read_pose("a")
    with pytest.raises(InputError, match="'a' has no film.*prepare_clips"):
        store.shown_video("a")


def test_the_deidentified_film_is_shown_before_the_skeleton(store: ClipStore) -> None:
    for path in (store.skeleton_path("a"), store.video_path("a")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"film")
    assert store.shown_video("a") == store.video_path("a")
    store.video_path("a").unlink()
    assert store.shown_video("a") == store.skeleton_path("a")


def test_provenance_grows_and_the_hash_is_of_the_bytes(store: ClipStore) -> None:
    store.add_provenance("a", pose_sha256="1")
    store.add_provenance("a", film="skeleton")
    assert store.read_provenance("a") == {"pose_sha256": "1", "film": "skeleton"}
    path = store.folder("a") / "bytes"
    path.write_bytes(b"abc")
    assert file_sha256(path).startswith("ba7816bf")
