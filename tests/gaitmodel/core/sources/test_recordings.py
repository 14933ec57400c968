"""DCM recordings by name, OpenCap sessions by folder."""

from pathlib import Path

import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.sources.dcm import read_dcm
from gaitmodel.core.sources.local_files import SourceOptions
from gaitmodel.core.sources.opencap import read_opencap
from gaitmodel.core.taxonomy import GaitClass


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_dcm_names_give_the_subject_and_pair_film_with_pose(tmp_path: Path) -> None:
    film = touch(tmp_path / "DCM_07_FastWalkData_2_clip.mp4")
    pose = touch(tmp_path / "hsmr" / "HSMR-DCM_07_FastWalkData_2_clip.npy")
    touch(tmp_path / "DCM_07_WalkData_1_clip.mp4")
    first, second = read_dcm(tmp_path, SourceOptions(fps=30)).clips
    assert (first.video, first.pose) == (film, pose)
    assert {first.subject, second.subject} == {"DCM_07"}
    assert first.label is GaitClass.DCM
    assert second.pose is None


def test_dcm_refuses_other_names_and_empty_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no film and no pose"):
        read_dcm(tmp_path)
    touch(tmp_path / "DCM_07_RunData_2_clip.mp4")
    with pytest.raises(InputError, match="DCM_07_RunData_2_clip"):
        read_dcm(tmp_path)
    with pytest.raises(InputError, match="folder"):
        read_dcm(tmp_path / "DCM_07_RunData_2_clip.mp4")


def test_opencap_reads_the_class_from_the_folder(tmp_path: Path) -> None:
    touch(tmp_path / "normal" / "ses1" / "OpenSimData" / "Kinematics" / "walk1.mot")
    touch(
        tmp_path / "Parkinson's" / "ses2" / "OpenSimData" / "Kinematics" / "walk1.mot"
    )
    park, normal = read_opencap(tmp_path).clips
    assert (normal.clip, normal.subject) == ("ses1_walk1", "ses1")
    assert (park.label, park.subject) == (GaitClass.PARKINSONS, "ses2")


def test_opencap_without_a_class_asks_for_it(tmp_path: Path) -> None:
    touch(tmp_path / "ses1" / "walk1.mot")
    with pytest.raises(InputError, match="--label"):
        read_opencap(tmp_path)
    (clip,) = read_opencap(tmp_path, SourceOptions(label=GaitClass.NORMAL)).clips
    assert clip.subject == "ses1"
    with pytest.raises(InputError, match=r"no \.mot"):
        read_opencap(touch(tmp_path / "empty" / "x.txt").parent)
