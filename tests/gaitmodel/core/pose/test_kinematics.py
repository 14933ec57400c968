"""Gravity, heading and forward kinematics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitmodel.core.pose import kinematics, rotations, skel
from gaitmodel.core.records import PoseSequence, View

small = st.floats(-1.2, 1.2)


def pose(angles: np.ndarray, camera_frame: bool = False) -> PoseSequence:
    return PoseSequence(angles.astype(np.float32), 30.0, camera_frame, "test")


def standing(frames: int = 3) -> np.ndarray:
    angles = np.zeros((frames, 46))
    angles[:, skel.INDEX["shoulder_r_x"]] = kinematics.HANGING_ARM
    angles[:, skel.INDEX["shoulder_l_x"]] = -kinematics.HANGING_ARM
    return angles


def point(angles: np.ndarray, name: str) -> np.ndarray:
    return kinematics.joint_positions(angles)[:, kinematics.JOINT_INDEX[name]]


def opensim_angles(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(tilt, side, turn) of OpenSim's order from matrices (..., 3, 3)."""
    side = np.arcsin(np.clip(matrix[..., 2, 1], -1.0, 1.0))
    turn = np.arctan2(-matrix[..., 2, 0], matrix[..., 2, 2])
    tilt = np.arctan2(-matrix[..., 0, 1], matrix[..., 1, 1])
    return tilt, side, turn


@given(small, small, small)
def test_pelvis_angles_survive_the_way_to_opensim_and_back(
    tilt: float, side: float, turn: float
) -> None:
    matrix = rotations.skel_rotation(np.array(tilt), np.array(side), np.array(turn))
    opensim = opensim_angles(matrix)
    back = rotations.skel_angles(rotations.opensim_rotation(*opensim))
    np.testing.assert_allclose(back, (tilt, side, turn), atol=1e-9)


def test_the_documented_opensim_example_converts_to_its_skel_angles() -> None:
    opensim = np.deg2rad([10.0, 8.0, 40.0])
    skel_angles = rotations.skel_angles(rotations.opensim_rotation(*opensim))
    np.testing.assert_allclose(np.rad2deg(skel_angles), (12.8, -0.4, 40.7), atol=0.05)


@given(small, small, small)
def test_gravity_alignment_turns_the_camera_upright(
    tilt: float, side: float, turn: float
) -> None:
    angles = np.zeros((1, 46))
    angles[0, :3] = tilt, side, turn
    upright = kinematics.to_gravity(pose(angles, camera_frame=True)).angles[0, :3]
    raw = rotations.skel_rotation(*angles[0, :3])
    aligned = rotations.skel_rotation(*upright.astype(float))
    flip = rotations.rotation("z", np.array(np.pi))
    np.testing.assert_allclose(aligned, flip @ raw, atol=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_the_way_to_the_camera_frame_and_back_changes_nothing(seed: int) -> None:
    angles = np.random.default_rng(seed).uniform(-1, 1, (4, 46))
    there = kinematics.from_gravity(pose(angles))
    assert there.camera_frame
    back = kinematics.to_gravity(there)
    np.testing.assert_allclose(back.angles, angles, atol=1e-5)


@pytest.mark.parametrize(
    ("degrees", "view"),
    [(0, View.FRONT), (-80, View.LEFT), (80, View.RIGHT), (175, View.BACK)],
)
def test_the_view_follows_from_the_heading(degrees: float, view: View) -> None:
    angles = standing()
    angles[:, 2] = np.deg2rad(degrees)
    assert kinematics.view_of(kinematics.from_gravity(pose(angles))) is view


def test_a_pose_without_a_camera_has_no_view() -> None:
    assert kinematics.view_of(pose(standing())) is View.UNKNOWN


def test_an_unobserved_heading_has_no_view() -> None:
    angles = standing()
    angles[:, 2] = np.nan
    assert kinematics.view_of(pose(angles, camera_frame=True)) is View.UNKNOWN


def test_a_standing_walker_has_feet_below_and_head_above_the_pelvis() -> None:
    angles = standing()
    assert (point(angles, "heel_r")[:, 1] < -0.8).all()
    assert (point(angles, "head")[:, 1] > 0.6).all()
    assert (point(angles, "hip_r")[:, 2] > 0).all()
    np.testing.assert_allclose(
        point(angles, "hand_l")[:, [0, 2]], point(angles, "shoulder_l")[:, [0, 2]]
    )


def test_flexing_the_hip_brings_the_knee_forward_and_the_knee_the_foot_back() -> None:
    hip, knee = standing(), standing()
    hip[:, skel.INDEX["hip_flexion_r"]] = 0.5
    knee[:, skel.INDEX["knee_angle_r"]] = 0.5
    assert (point(hip, "knee_r")[:, 0] > 0.1).all()
    assert (point(knee, "ankle_r")[:, 0] < -0.1).all()


def test_flexing_the_elbow_of_a_hanging_arm_brings_the_hand_forward() -> None:
    angles = standing()
    angles[:, skel.INDEX["elbow_flexion_l"]] = 1.0
    assert (point(angles, "wrist_l")[:, 0] > 0.15).all()


@given(st.integers(0, 2**32 - 1))
def test_mirrored_angles_give_the_mirrored_body(seed: int) -> None:
    angles = np.random.default_rng(seed).uniform(-0.8, 0.8, (3, 46))
    body = kinematics.joint_positions(angles)
    mirrored = kinematics.joint_positions(skel.mirror(angles))
    swap = {"_r": "_l", "_l": "_r"}
    for name, index in kinematics.JOINT_INDEX.items():
        other = name[:-2] + swap[name[-2:]] if name[-2:] in swap else name
        np.testing.assert_allclose(
            mirrored[:, kinematics.JOINT_INDEX[other]],
            body[:, index] * (1, 1, -1),
            atol=1e-12,
        )


def test_an_unobserved_knee_hides_the_shank_and_nothing_else() -> None:
    angles = standing()
    angles[1, skel.INDEX["knee_angle_r"]] = np.nan
    seen = np.isfinite(kinematics.joint_positions(angles)).all(axis=2)
    hidden = {kinematics.JOINTS[j] for j in np.flatnonzero(~seen[1])}
    assert hidden == {"ankle_r", "heel_r", "toe_r"}
    assert seen[[0, 2]].all()
