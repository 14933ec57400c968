"""Skeleton films: the real view, feet on the ground, nothing invented."""

from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.errors import VideoError
from gaitmodel.core.media.probe import probe
from gaitmodel.core.pose.kinematics import JOINT_INDEX, from_gravity
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.privacy.skeleton_canvas import LEFT, RIGHT
from gaitmodel.core.privacy.skeleton_video import (
    render_skeleton,
    skeleton_frame,
    skeleton_scene,
)
from gaitmodel.core.records import PoseSequence
from tests.gaitmodel.core.cohort import cohort, gavd_pose, rows
from tests.gaitmodel.core.walks import sine_walk

SIZE = (160, 160)


def facing(degrees: float, seconds: float = 2.0) -> PoseSequence:
    pose = sine_walk(seconds=seconds)
    pose.angles[:, 2] = np.deg2rad(degrees)
    return pose


def pixels_of(image: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """(n, 2) rows and columns in which the colour appears, nearly."""
    return np.argwhere(np.abs(image.astype(int) - colour).max(axis=2) < 12)


def test_the_film_has_the_poses_frames_and_rate(tmp_path: Path) -> None:
    render_skeleton(facing(0), tmp_path / "film.mp4", size=SIZE)
    info = probe(tmp_path / "film.mp4")
    assert (info.frames, info.fps, info.width, info.height) == (60, 30, 160, 160)


def test_equal_poses_give_equal_bytes_in_either_frame(tmp_path: Path) -> None:
    pose = facing(-80)
    render_skeleton(pose, tmp_path / "one.mp4", size=SIZE)
    render_skeleton(from_gravity(pose), tmp_path / "two.mp4", size=SIZE)
    one, two = ((tmp_path / f"{n}.mp4").read_bytes() for n in ("one", "two"))
    assert one == two


def test_a_walker_seen_from_the_left_shows_the_left_limbs_in_full_colour() -> None:
    left = skeleton_frame(facing(-80), 10, SIZE)
    right = skeleton_frame(facing(80), 10, SIZE)
    assert len(pixels_of(left, LEFT)) > 3 * len(pixels_of(left, RIGHT))
    assert len(pixels_of(right, RIGHT)) > 3 * len(pixels_of(right, LEFT))


def test_a_walker_facing_the_camera_has_the_right_arm_on_the_left_of_the_picture() -> (
    None
):
    scene = skeleton_scene(facing(0), SIZE)
    points = scene.view.project(scene.joints[5], scene.path[5])
    right, left = (points[JOINT_INDEX[f"elbow_{s}"], 0] for s in "rl")
    assert right < points[JOINT_INDEX["neck"], 0] < left


@pytest.mark.parametrize("heading", [0, -80, 170])
def test_the_lower_foot_stands_on_the_ground(heading: float) -> None:
    scene = skeleton_scene(facing(heading, seconds=4), SIZE)
    soles = [JOINT_INDEX[f"{p}_{s}"] for p in ("heel", "toe") for s in "rl"]
    lowest = scene.joints[:, soles, 1].min(axis=1)
    assert np.abs(lowest - 0.02).max() < 0.03


def test_the_ground_passes_in_the_direction_of_the_walk() -> None:
    path = skeleton_scene(facing(-90, seconds=4), SIZE).path
    travelled = path[-1] - path[0]
    # Turned to the right of the camera's axis the walker goes to +Z, picture left.
    assert travelled[1] > 1.5
    assert abs(travelled[0]) < 0.5


def test_an_unobserved_shank_is_not_drawn_and_said_so() -> None:
    pose = facing(0)
    pose.angles[:, INDEX["knee_angle_l"]] = np.nan
    scene = skeleton_scene(pose, SIZE)
    assert np.isnan(scene.joints[:, JOINT_INDEX["ankle_l"]]).all()
    assert np.isfinite(scene.joints[:, JOINT_INDEX["knee_l"]]).all()
    assert scene.captions[0] == "not observed: left shank"


def test_frames_with_nobody_are_empty_but_for_their_caption() -> None:
    pose = facing(0)
    pose.angles[20:30] = np.nan
    scene = skeleton_scene(pose, SIZE)
    assert scene.captions[25] == "walker not observed"
    assert scene.captions[10] == ""
    image = skeleton_frame(pose, 25, SIZE)
    assert len(pixels_of(image[20:], RIGHT)) == 0


def test_secondary_angles_rest_where_nobody_observed_them() -> None:
    pose = facing(-80)
    for name in ("head_twist", "hip_rotation_r", "shoulder_l_x", "pelvis_list"):
        pose.angles[:, INDEX[name]] = np.nan
    assert set(skeleton_scene(pose, SIZE).captions) == {""}
    pose.angles[:, INDEX["pelvis_rotation"]] = np.nan
    caption = skeleton_scene(pose, SIZE).captions[0]
    assert caption == "pelvis rotation not observed, drawn at rest"


def test_a_pose_of_two_frames_can_be_drawn(tmp_path: Path) -> None:
    pose = facing(0)
    two = PoseSequence(pose.angles[:2], 30.0, False, "two")
    render_skeleton(two, tmp_path / "two.mp4", size=SIZE)


def test_odd_sides_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="even sides"):
        render_skeleton(facing(0), tmp_path / "film.mp4", size=(161, 160))


class TestRealWalks:
    pytestmark = cohort

    def test_real_walkers_stay_in_the_picture(self) -> None:
        for row in rows("gavd_hsmr/manifest.csv")[::40]:
            scene = skeleton_scene(gavd_pose(row["clip"]), SIZE)
            for joints, target in zip(scene.joints, scene.path, strict=True):
                points = scene.view.project(joints, target)[:, :2]
                assert points.min() > -30
                assert points.max() < 190
