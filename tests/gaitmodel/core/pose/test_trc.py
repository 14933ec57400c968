"""Marker files: the events of a walk written as markers are those of its angles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.errors import PoseError
from gaitmodel.core.features.events import detect_events
from gaitmodel.core.pose.kinematics import JOINT_INDEX, joint_positions
from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import PoseSequence
from gaitmodel.core.sources.synthetic import FPS, plan_cohort

NAMES = {"hip": "{S}HJC_study", "knee": "{s}_knee_study", "ankle": "{s}_ankle_study",
         "heel": "{s}_calc_study", "toe": "{s}_toe_study"}  # fmt: skip


def write_trc(path: Path, angles: np.ndarray, fps: float, leave_out: str = "") -> Path:
    joints = joint_positions(angles)
    columns, points = [], []
    for side in "rl":
        for part, form in NAMES.items():
            if f"{part}_{side}" != leave_out:
                columns.append(form.format(s=side, S=side.upper()))
                points.append(joints[:, JOINT_INDEX[f"{part}_{side}"]])
    # The gravity frame has X toward the camera; any turn about Y is a world as well.
    table = np.concatenate(points, axis=1)
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits",
        f"{fps}\t{fps}\t{len(table)}\t{len(columns)}\tm",
        "Frame#\tTime\t" + "\t\t\t".join(columns) + "\t\t",
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, len(columns) + 1)),
        "",
    ]
    lines += [
        "\t".join([str(i + 1), f"{i / fps:.4f}", *(f"{v:.6f}" for v in row)])
        for i, row in enumerate(table)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_markers_give_the_angles_and_events_they_were_made_from(tmp_path: Path) -> None:
    angles = next(iter(plan_cohort(3, 1, 1))).walk(4.0).angles
    angles[:, [0, 1]] = 0.0
    pose = read_pose(write_trc(tmp_path / "walk.trc", angles, FPS))
    assert (pose.fps, pose.camera_frame, pose.source) == (FPS, False, "markers")
    for name in ("knee_angle_r", "hip_flexion_l"):
        apart = np.rad2deg(pose.angles[:, INDEX[name]] - angles[:, INDEX[name]])
        assert np.median(np.abs(apart)) < 3
    found = detect_events(pose)
    known = detect_events(PoseSequence(angles.astype(np.float32), FPS, False, "t"))
    for kind in ("hs_left", "hs_right", "to_left", "to_right"):
        assert np.allclose(getattr(found, kind), getattr(known, kind), atol=0.04)


def test_a_missing_marker_and_another_file_are_refused(tmp_path: Path) -> None:
    angles = np.zeros((30, 46))
    path = write_trc(tmp_path / "walk.trc", angles, 60.0, leave_out="heel_l")
    with pytest.raises(PoseError, match=r"no marker for the heel: l_calc_study"):
        read_pose(path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:5], *[""] * 5]))
    with pytest.raises(PoseError, match="holds no frame"):
        read_pose(path)
    path.write_text("\n".join([*lines[:3], "Frame#\tTime", "", "", "1\t0.0", "2\t0.1"]))
    with pytest.raises(PoseError, match="names no marker"):
        read_pose(path)
    (tmp_path / "no.trc").write_text("time\n1\n")
    with pytest.raises(PoseError, match="PathFileType"):
        read_pose(tmp_path / "no.trc")


@pytest.mark.parametrize("axes", [(0, 2, 1), (1, 0, 2)])
def test_markers_whose_y_is_not_up_are_refused(
    tmp_path: Path, axes: tuple[int, int, int]
) -> None:
    path = write_trc(tmp_path / "walk.trc", np.zeros((30, 46)), 60.0)
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines[6:], start=6):
        cells = line.split("\t")
        points = [cells[i : i + 3] for i in range(2, len(cells), 3)]
        turned = [point[axis] for point in points for axis in axes]
        lines[number] = "\t".join(cells[:2] + turned)
    path.write_text("\n".join(lines))
    with pytest.raises(PoseError, match="Y must point up, but the hips are not above"):
        read_pose(path)
