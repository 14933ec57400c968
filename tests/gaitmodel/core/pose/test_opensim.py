"""OpenSim coordinate files."""

from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.errors import InputError, PoseError
from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.pose.skel import INDEX

COLUMNS = (
    "time pelvis_tilt pelvis_list pelvis_rotation pelvis_tx hip_flexion_r "
    "hip_adduction_r hip_rotation_r knee_angle_r ankle_angle_r hip_flexion_l "
    "hip_adduction_l hip_rotation_l knee_angle_l lumbar_extension elbow_flex_r"
)
VALUES = "10 8 40 1.0 20 5 3 30 -6 20 5 3 30 -12 45"


def mot(
    folder: Path, values: str = VALUES, degrees: str = "yes", rows: int = 3
) -> Path:
    table = "\n".join(f"{i / 100:.2f} {values}" for i in range(rows))
    path = folder / "walk.mot"
    path.write_text(
        f"Coordinates\nversion=1\ninDegrees={degrees}\nendheader\n{COLUMNS}\n{table}\n"
    )
    return path


def degrees(folder: Path, name: str, **options: str) -> float:
    pose = read_pose(mot(folder, **options))
    return float(np.rad2deg(pose.angles[0, INDEX[name]]))


def test_the_pelvis_is_converted_by_rotation_matrix(tmp_path: Path) -> None:
    assert degrees(tmp_path, "pelvis_tilt") == pytest.approx(12.8, abs=0.05)
    assert degrees(tmp_path, "pelvis_list") == pytest.approx(-0.4, abs=0.05)
    assert degrees(tmp_path, "pelvis_rotation") == pytest.approx(40.7, abs=0.05)


def test_the_frame_rate_comes_from_the_time_column(tmp_path: Path) -> None:
    pose = read_pose(mot(tmp_path))
    assert pose.fps == 100
    assert not pose.camera_frame


def test_a_stated_rate_must_be_that_of_the_times(tmp_path: Path) -> None:
    assert read_pose(mot(tmp_path), 99.8).fps == 100
    with pytest.raises(InputError, match="its times are 100 to the second, not 60"):
        read_pose(mot(tmp_path), 60)


def test_equal_hips_of_both_sides_convert_alike(tmp_path: Path) -> None:
    for name in ("hip_flexion", "hip_adduction", "hip_rotation"):
        assert degrees(tmp_path, f"{name}_r") == pytest.approx(
            degrees(tmp_path, f"{name}_l"), abs=1e-4
        )


def test_a_knee_that_flexes_negative_is_turned_around(tmp_path: Path) -> None:
    assert degrees(tmp_path, "knee_angle_r") == pytest.approx(30)
    flipped = VALUES.replace(" 30 -", " -30 -")
    assert degrees(tmp_path, "knee_angle_r", values=flipped) == pytest.approx(30)


def test_a_stiff_knee_has_the_sign_of_the_other_knee(tmp_path: Path) -> None:
    """The right knee is overextended by two degrees where it should bend."""
    stiff = VALUES.replace(" 30 -6", " -2 -6")
    assert degrees(tmp_path, "knee_angle_r", values=stiff) == pytest.approx(-2)
    assert degrees(tmp_path, "knee_angle_l", values=stiff) == pytest.approx(30)


def timed(folder: Path, times: list[str]) -> Path:
    path = mot(folder, rows=0)
    path.write_text(path.read_text() + "\n".join(f"{t} {VALUES}" for t in times))
    return path


@pytest.mark.parametrize("rate", [25, 29.97, 30, 60, 100, 120, 240])
@pytest.mark.parametrize("decimals", [3, 4, 6])
def test_rounded_times_give_the_rate_they_were_written_at(
    tmp_path: Path, rate: float, decimals: int
) -> None:
    times = [f"{i / rate:.{decimals}f}" for i in range(400)]
    fps = read_pose(timed(tmp_path, times)).fps
    assert fps == pytest.approx(rate, abs=0.01 if rate == 29.97 else 0)


def test_a_frame_left_out_is_not_taken_for_rounding(tmp_path: Path) -> None:
    times = [f"{i / 120:.3f}" for i in range(90) if i != 40]
    with pytest.raises(PoseError, match="does not advance evenly"):
        read_pose(timed(tmp_path, times))


def test_radians_are_read_as_radians(tmp_path: Path) -> None:
    values = " ".join(["0.1"] * 15)
    assert degrees(tmp_path, "knee_angle_r", values=values, degrees="no") == (
        pytest.approx(np.rad2deg(0.1), abs=1e-4)
    )


def test_the_trunk_is_split_and_what_is_absent_is_unobserved(tmp_path: Path) -> None:
    assert degrees(tmp_path, "lumbar_extension") == pytest.approx(-6)
    assert degrees(tmp_path, "thorax_extension") == pytest.approx(-6)
    assert np.isnan(degrees(tmp_path, "head_twist"))
    assert np.isnan(degrees(tmp_path, "ankle_angle_l"))
    assert np.isnan(degrees(tmp_path, "shoulder_r_z"))


def test_a_short_row_is_named_by_its_line(tmp_path: Path) -> None:
    path = mot(tmp_path)
    path.write_text(path.read_text() + "0.03 1 2\n")
    with pytest.raises(PoseError, match="line 9: 16 values expected, 3 found"):
        read_pose(path)


def test_a_single_row_and_a_word_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PoseError, match=r"1 frame\(s\)"):
        read_pose(mot(tmp_path, rows=1))
    with pytest.raises(PoseError, match="no number"):
        read_pose(mot(tmp_path, values=VALUES.replace("40", "forty")))


def test_times_in_milliseconds_are_refused(tmp_path: Path) -> None:
    times = [f"{1000 * i / 60:.1f}" for i in range(90)]
    with pytest.raises(InputError, match=r"fps must lie between 1 and 1000, not 0\.06"):
        read_pose(timed(tmp_path, times))
