"""Pose files: what is read, and what is refused in one clear sentence."""

import os
from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.errors import InputError, PoseError
from gaitmodel.core.pose.load import SURE, read_pose
from gaitmodel.core.pose.tracking import Detection, follow_walker

WALK = np.random.default_rng(0).uniform(-1, 1, (20, 46)).astype(np.float32)


def saved(folder: Path, array: np.ndarray, name: str = "walk.npy") -> Path:
    path = folder / name
    np.save(path, array)
    return path


def raw_frame(people: int, shift: float = 0.0) -> dict[str, object]:
    return {
        "poses": np.full((people, 46), 0.1 + shift, np.float32),
        "betas": np.zeros((people, 10), np.float32),
        "bbx_cs": [np.array([100 + 300 * i, 100, 80.0]) for i in range(people)] or None,
    }


def saved_raw(folder: Path, frames: list[object]) -> Path:
    array = np.empty(len(frames), dtype=object)
    array[:] = frames
    return saved(folder, array, "HSMR-walk.npy")


def test_a_plain_array_is_read_in_the_camera_frame(tmp_path: Path) -> None:
    pose = read_pose(saved(tmp_path, WALK), fps=30)
    np.testing.assert_array_equal(pose.angles, WALK)
    assert pose.camera_frame
    assert pose.fps == 30


def test_unobserved_angles_stay_unobserved(tmp_path: Path) -> None:
    walk = WALK.copy()
    walk[:, 7] = np.nan
    assert np.isnan(read_pose(saved(tmp_path, walk), fps=30).angles[:, 7]).all()


def test_a_file_without_a_frame_rate_asks_for_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stores no frame rate: give --fps"):
        read_pose(saved(tmp_path, WALK))


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (WALK[:, :45], "46 angles, not 20 x 45"),
        (WALK[:1], r"holds 1 frame\(s\)"),
        (WALK[:0], r"holds 0 frame\(s\)"),
        (np.full((20, 46), np.nan), "all NaN"),
        (np.where(np.arange(46) == 3, np.inf, WALK), "frame 0, column 3 is inf"),
        (np.full((20, 46), "x"), "must hold numbers"),
        (WALK * 60, "degrees"),
    ],
)
def test_an_unusable_array_is_refused(
    tmp_path: Path, array: np.ndarray, sentence: str
) -> None:
    with pytest.raises(PoseError, match=sentence) as refusal:
        read_pose(saved(tmp_path, array), fps=30)
    assert "walk.npy" in str(refusal.value)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, WALK)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(PoseError, match="not a complete"):
        read_pose(path, fps=30)


@pytest.mark.parametrize("fps", [0, -30, float("nan"), 5000])
def test_an_impossible_frame_rate_is_refused(tmp_path: Path, fps: float) -> None:
    with pytest.raises(InputError, match="fps must lie between"):
        read_pose(saved(tmp_path, WALK), fps=fps)


def test_a_missing_file_and_a_strange_suffix_are_named(tmp_path: Path) -> None:
    with pytest.raises(PoseError, match="no such pose file"):
        read_pose(tmp_path / "nowhere.npy", fps=30)
    (tmp_path / "walk.txt").write_text("1 2 3")
    with pytest.raises(PoseError, match="ends in"):
        read_pose(tmp_path / "walk.txt", fps=30)


def test_a_raw_file_of_one_person_is_read(tmp_path: Path) -> None:
    pose = read_pose(saved_raw(tmp_path, [raw_frame(1)] * 5), fps=30)
    np.testing.assert_allclose(pose.angles, 0.1)


def test_a_short_gap_is_bridged_and_a_long_one_stays_unobserved(tmp_path: Path) -> None:
    frames = [raw_frame(1)] * 4 + [raw_frame(0)] * 3 + [raw_frame(1)] * 4
    short = read_pose(saved_raw(tmp_path, frames), fps=30)
    assert np.isfinite(short.angles).all()
    frames = [raw_frame(1)] * 4 + [raw_frame(0)] * 9 + [raw_frame(1)] * 4
    long = read_pose(saved_raw(tmp_path, frames), fps=30)
    assert np.isnan(long.angles[4:13]).all()


def test_the_walker_is_followed_when_the_detector_swaps_people(tmp_path: Path) -> None:
    frames = []
    for number in range(12):
        frame = raw_frame(2)
        frame["poses"][1] = 0.9  # type: ignore[index]
        if number % 2:
            frame = {key: value[::-1] for key, value in frame.items()}  # type: ignore[index]
        frames.append(frame)
    frames += [raw_frame(1)] * 3
    np.testing.assert_allclose(
        read_pose(saved_raw(tmp_path, frames), fps=30).angles, 0.1
    )


def test_a_raw_file_with_nobody_in_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PoseError, match="nobody"):
        read_pose(saved_raw(tmp_path, [raw_frame(0)] * 5), fps=30)


class Hostile:
    """Runs a shell command when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.target}",)


def test_a_hostile_pickle_is_refused_and_executes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "owned"
    path = saved_raw(tmp_path, [Hostile(target)])
    with pytest.raises(PoseError, match=r"its pickle may hold only arrays.*system"):
        read_pose(path, fps=30)
    assert not target.exists()


@pytest.mark.parametrize(
    "global_", ["builtins eval", "numpy load", "operator attrgetter"]
)
def test_no_other_global_is_admitted(tmp_path: Path, global_: str) -> None:
    path = saved_raw(tmp_path, [raw_frame(1)])
    head = path.read_bytes().split(b"\n")[0] + b"\n"
    module, name = global_.split()
    path.write_bytes(head + f"c{module}\n{name}\n.".encode())
    with pytest.raises(PoseError, match="may hold only arrays"):
        read_pose(path, fps=30)


def test_a_truncated_pickle_is_refused(tmp_path: Path) -> None:
    path = saved_raw(tmp_path, [raw_frame(1)] * 5)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(PoseError, match="corrupt pickle|may hold only arrays"):
        read_pose(path, fps=30)


def test_a_pickle_that_is_no_list_of_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PoseError, match="no HSMR output"):
        read_pose(saved_raw(tmp_path, [1, 2, 3]), fps=30)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"poses": [[0.1] * 46, [0.1]]}, "frame 1: poses must be an array of numbers"),
        ({"poses": [["x"] * 46]}, "frame 1: poses must be an array of numbers"),
        ({"bbx_cs": [[1.0, 2.0]]}, "frame 1: a box of bbx_cs is centre x, centre y"),
        ({"bbx_cs": [["x", 1, 2]]}, "frame 1: bbx_cs must be an array of numbers"),
        ({"bbx_cs": 3.0}, "frame 1: bbx_cs must be a box for each person"),
    ],
)
def test_a_raw_frame_that_is_not_as_hsmr_writes_it_is_named(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    frames: list[object] = [raw_frame(1), raw_frame(1) | changes]
    with pytest.raises(PoseError, match=sentence) as refusal:
        read_pose(saved_raw(tmp_path, frames), fps=30)
    assert "HSMR-walk.npy" in str(refusal.value)


def test_boxes_may_be_one_array(tmp_path: Path) -> None:
    frame = raw_frame(2) | {"bbx_cs": np.array([[100, 100, 80.0], [400, 100, 80.0]])}
    pose = read_pose(saved_raw(tmp_path, [frame] * 5), fps=30)
    np.testing.assert_allclose(pose.angles, 0.1)


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (9",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (9, 46), \x00}",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999, 46), }",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (-9, 46), }",
    ],
)
def test_a_broken_or_boasting_header_is_refused(tmp_path: Path, header: bytes) -> None:
    path, padded = tmp_path / "walk.npy", header.ljust(117) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded)
    with pytest.raises(PoseError, match=r"walk.npy is not a complete .npy file"):
        read_pose(path, fps=30)


def seen_at(x: float, bend: float) -> Detection:
    return Detection(np.full(46, bend), np.array([x, 400.0, 900.0]))


def test_a_walker_lost_and_found_is_one_walker() -> None:
    """The box jumps by more than the gate, as when a detector changes its mind."""
    early = [[seen_at(500.0 + n, 0.01 * n)] for n in range(40)]
    nobody: list[list[Detection]] = [[] for _ in range(10)]
    late = [[seen_at(700.0 + n, 1.5 + 0.01 * n)] for n in range(50)]
    angles, confidence = follow_walker(early + nobody + late)
    assert np.isnan(angles).any(axis=1).sum() == 10
    assert confidence == pytest.approx(0.9)


def test_another_person_far_away_is_not_joined() -> None:
    early = [[seen_at(500.0, 0.0)] for _ in range(40)]
    late = [[seen_at(1900.0, 0.0)] for _ in range(50)]
    angles, confidence = follow_walker(early + late)
    assert np.isnan(angles).any(axis=1).sum() == 40
    assert confidence < SURE
