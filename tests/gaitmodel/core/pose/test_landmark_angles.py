"""Landmarks to angles: known postures, both sides, and nothing invented."""

from __future__ import annotations

import numpy as np
import pytest

from gaitmodel.core.pose.landmark_angles import skel_from_landmarks
from gaitmodel.core.pose.skel import INDEX

FPS = 30.0
FRAMES = 60
RIGHT = {"shoulder": 12, "elbow": 14, "wrist": 16, "hip": 24, "knee": 26, "ankle": 28,
         "heel": 30, "toe": 32}  # fmt: skip


def standing(hip_deg: float, knee_deg: float, facing: float) -> np.ndarray:
    """(T, 33, 3) of a walker seen from the side, facing the image's right (+1) or left;
    both legs alike, metres, y down; the side toward the camera has the smaller z."""
    thigh, shank = np.deg2rad(hip_deg), np.deg2rad(hip_deg - knee_deg)
    ahead = np.array([facing, 0.0, 0.0])
    down = np.array([0.0, 1.0, 0.0])
    points = np.zeros((33, 3))
    for right, out in ((True, 1.0), (False, -1.0)):
        # Facing the image's right, the right side is the near one.
        start = np.array([0.0, 0.0, -0.1 * out * facing])
        at = {
            "hip": start,
            "shoulder": start - 0.5 * down,
            "elbow": start - 0.2 * down,
            "wrist": start + 0.05 * down,
        }
        at["knee"] = start + 0.4 * (np.sin(thigh) * ahead + np.cos(thigh) * down)
        at["ankle"] = at["knee"] + 0.4 * (np.sin(shank) * ahead + np.cos(shank) * down)
        sole = np.cos(shank) * ahead - np.sin(shank) * down
        at["heel"] = at["ankle"] + 0.05 * down - 0.05 * sole
        at["toe"] = at["heel"] + 0.2 * sole
        for name, number in RIGHT.items():
            points[number if right else number - 1] = at[name]
    return np.repeat(points[None], FRAMES, axis=0)


def from_the_side(hip: float, knee: float, facing: float) -> np.ndarray:
    world = standing(hip, knee, facing)
    image = 300 * world[..., :2] + 400
    return skel_from_landmarks(image, world, np.ones((FRAMES, 33)), FPS)


@pytest.mark.parametrize("facing", [1.0, -1.0])
def test_a_bent_leg_has_its_angles_whichever_way_the_walker_faces(
    facing: float,
) -> None:
    degrees = np.rad2deg(from_the_side(30.0, 50.0, facing)[30])
    for side in "rl":
        assert degrees[INDEX[f"hip_flexion_{side}"]] == pytest.approx(30, abs=0.5)
        assert degrees[INDEX[f"knee_angle_{side}"]] == pytest.approx(50, abs=0.5)
        assert degrees[INDEX[f"ankle_angle_{side}"]] == pytest.approx(0, abs=0.5)
        assert degrees[INDEX[f"elbow_flexion_{side}"]] == pytest.approx(0, abs=0.5)
    assert degrees[INDEX["pelvis_rotation"]] == pytest.approx(90 * facing, abs=1)
    assert degrees[INDEX["pelvis_list"]] == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("share", [0.5, 0.75])
def test_a_walker_who_turns_back_bends_the_knees_the_same_way(share: float) -> None:
    out, back = (standing(30.0, 50.0, facing) for facing in (1.0, -1.0))
    frames = 4 * FRAMES
    turn = int(share * frames)
    world = np.concatenate([out] * 4)
    world[turn:] = back[0]
    image = 300 * world[..., :2] + 400
    angles = skel_from_landmarks(image, world, np.ones((frames, 33)), FPS)
    degrees = np.rad2deg(angles)
    for frame, heading in ((turn - 30, 90), (turn + 30, -90)):
        for side in "rl":
            assert degrees[frame, INDEX[f"hip_flexion_{side}"]] == pytest.approx(
                30, abs=0.5
            )
            assert degrees[frame, INDEX[f"knee_angle_{side}"]] == pytest.approx(
                50, abs=0.5
            )
        rotation = degrees[frame, INDEX["pelvis_rotation"]]
        assert rotation == pytest.approx(heading, abs=1)
    assert np.isnan(degrees[turn, INDEX["knee_angle_r"]])


def test_toes_that_point_back_for_a_moment_are_no_turn() -> None:
    world = np.concatenate([standing(30.0, 50.0, 1.0)] * 2)
    world[50:60] = standing(30.0, 50.0, -1.0)[0]
    image = 300 * world[..., :2] + 400
    angles = skel_from_landmarks(image, world, np.ones((len(world), 33)), FPS)
    assert np.isfinite(angles[:, INDEX["knee_angle_r"]]).all()


def test_from_the_front_depth_shows_the_same_angles() -> None:
    side_on = standing(30.0, 50.0, 1.0)
    # Turn the walker to face the camera: ahead was +x, now -z.
    world = np.stack([side_on[..., 2], side_on[..., 1], -side_on[..., 0]], axis=-1)
    angles = skel_from_landmarks(
        300 * world[..., :2] + 400, world, np.ones((FRAMES, 33)), FPS
    )
    degrees = np.rad2deg(angles[30])
    assert degrees[INDEX["pelvis_rotation"]] == pytest.approx(0, abs=1)
    assert degrees[INDEX["hip_flexion_r"]] == pytest.approx(30, abs=0.5)
    assert degrees[INDEX["knee_angle_l"]] == pytest.approx(50, abs=0.5)
    assert degrees[INDEX["hip_adduction_r"]] == pytest.approx(0, abs=0.5)


def test_what_landmarks_cannot_show_is_unobserved_and_never_zero() -> None:
    angles = from_the_side(10.0, 10.0, 1.0)
    for name in ("pelvis_tilt", "hip_rotation_r", "subtalar_angle_l", "lumbar_twist",
                 "scapula_elevation_r", "shoulder_l_x", "pro_sup_l"):  # fmt: skip
        assert np.isnan(angles[:, INDEX[name]]).all()


def test_a_hidden_leg_is_unobserved() -> None:
    world = standing(10.0, 10.0, 1.0)
    seen = np.ones((FRAMES, 33))
    seen[:, RIGHT["ankle"]] = 0.02
    angles = skel_from_landmarks(300 * world[..., :2], world, seen, FPS)
    assert np.isnan(angles[:, INDEX["knee_angle_r"]]).all()
    assert np.isfinite(angles[:, INDEX["knee_angle_l"]]).all()
