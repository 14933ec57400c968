"""GAVD as published: ranges, classes, contacts, lengths, the paper's split."""

import csv
from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import Side, Split
from gaitmodel.core.sources.annotation import annotation_from_json, annotation_to_json
from gaitmodel.core.sources.gavd import read_gavd
from gaitmodel.core.sources.local_files import SourceOptions
from gaitmodel.core.taxonomy import GaitClass
from tests.gaitmodel.core.cohort import FOLDER, cohort

COLUMNS = "seq,frame_num,cam_view,gait_event,dataset,gait_pat,bbox,vid_info,id,url"
INFO = "{'height': 480, 'width': 854, 'mime_type': 'video/mp4'}"


def annotate(
    path: Path, seq: str, pattern: str, first: int, count: int, video: str = "V1"
) -> None:
    """Append one sequence; a right contact in its third frame."""
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(COLUMNS.split(","))
        for number in range(first, first + count):
            event = "Right initial contact" if number == first + 2 else ""
            box = f"{{'top': 10.5, 'left': {number}, 'height': 100.0, 'width': 50}}"
            writer.writerow(
                [
                    seq,
                    number,
                    "front",
                    event,
                    "Abnormal Gait",
                    pattern,
                    box,
                    INFO,
                    video,
                ]
                + [""]
            )


def pose(path: Path, frames: int) -> None:
    path.parent.mkdir(exist_ok=True)
    np.save(path, np.zeros((frames, 46), np.float32))


def test_a_sequence_is_a_clip_of_its_video_with_boxes_and_contacts(
    tmp_path: Path,
) -> None:
    annotate(tmp_path / "part1.csv", "s1", "cerebral palsy", 101, 30)
    pose(tmp_path / "poses" / "HSMR-s1.npy", 29)
    (clip,) = read_gavd(tmp_path / "part1.csv").clips
    assert (clip.clip, clip.subject) == ("s1", "V1")
    assert clip.label is GaitClass.CEREBRAL_PALSY
    assert clip.annotation is not None
    assert clip.annotation.contacts == ((2, Side.RIGHT),)
    assert clip.annotation.boxes[0] == (101.0, 10.5, 50.0, 100.0)
    assert clip.annotation.size == (854, 480)
    assert annotation_from_json(annotation_to_json(clip.annotation)) == clip.annotation


def test_a_whole_film_is_entered_at_the_first_annotated_frame(tmp_path: Path) -> None:
    annotate(tmp_path / "part1.csv", "s1", "normal", 101, 30)
    (tmp_path / "V1.mp4").touch()
    (clip,) = read_gavd(tmp_path).clips
    assert clip.annotation is not None
    assert clip.annotation.first_frame == 100
    (tmp_path / "s1.mp4").touch()
    (cut,) = read_gavd(tmp_path).clips
    assert cut.video == tmp_path / "s1.mp4"
    assert cut.annotation is not None
    assert cut.annotation.first_frame == 0


def test_parts_are_read_together_and_other_patterns_are_told(tmp_path: Path) -> None:
    annotate(tmp_path / "part1.csv", "s1", "normal", 1, 30)
    annotate(tmp_path / "part2.csv", "s2", "stroke", 1, 30, "V2")
    annotate(tmp_path / "part2.csv", "s3", "style", 1, 30, "V3")
    for name in ("s1", "s2"):
        pose(tmp_path / f"{name}.npy", 29)
    found = read_gavd(tmp_path)
    assert [clip.clip for clip in found.clips] == ["s1"]
    assert found.clips[0].split is Split.TRAIN
    assert "stroke" in found.note
    assert "1 with neither film nor pose" in found.note


def test_a_pose_whose_times_are_not_thirty_to_the_second_is_counted_too(
    tmp_path: Path,
) -> None:
    annotate(tmp_path / "part1.csv", "s1", "normal", 1, 30)
    rows = "\n".join(f"{frame / 25:.2f} 1 2" for frame in range(30))
    head = "Coordinates\ninDegrees=yes\nendheader\ntime hip_flexion_r knee_angle_r"
    (tmp_path / "s1.mot").write_text(f"{head}\n{rows}\n")
    assert len(read_gavd(tmp_path).clips) == 1


@pytest.mark.parametrize("frames", [31, 27, 12])
def test_a_pose_of_another_length_is_refused(tmp_path: Path, frames: int) -> None:
    annotate(tmp_path / "part1.csv", "s1", "normal", 1, 30)
    pose(tmp_path / "s1.npy", frames)
    with pytest.raises(InputError, match=rf"s1.*30 rows.*{frames} frames"):
        read_gavd(tmp_path)


def test_what_is_no_annotation_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no annotation CSV"):
        read_gavd(tmp_path)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no column 'seq'"):
        read_gavd(tmp_path / "other.csv")
    annotate(tmp_path / "odd.csv", "s1", "limping", 1, 5)
    pose(tmp_path / "s1.npy", 5)
    with pytest.raises(InputError, match="gait_pat.*'limping'"):
        read_gavd(tmp_path / "odd.csv")
    annotate(tmp_path / "torn.csv", "s1", "normal", 1, 5)
    annotate(tmp_path / "torn.csv", "s1", "normal", 8, 5)
    with pytest.raises(InputError, match="frame 6 is missing"):
        read_gavd(tmp_path / "torn.csv")


@pytest.mark.parametrize("cell", [b"\xff\xfe", b"x" * 200_000])
def test_a_row_that_is_no_csv_in_utf_8_is_refused(tmp_path: Path, cell: bytes) -> None:
    annotate(tmp_path / "part1.csv", "s1", "normal", 1, 3000)
    with (tmp_path / "part1.csv").open("ab") as file:
        file.write(b"s2,1," + cell + b",,,normal,,,V2,\n")
    with pytest.raises(InputError, match=r"part1.csv, after line .* no CSV in UTF-8"):
        read_gavd(tmp_path)


def test_a_box_that_is_no_finite_number_is_refused(tmp_path: Path) -> None:
    annotate(tmp_path / "part1.csv", "s1", "normal", 1, 30)
    text = (tmp_path / "part1.csv").read_text()
    (tmp_path / "part1.csv").write_text(text.replace("'top': 10.5", "'top': 9e999", 1))
    pose(tmp_path / "s1.npy", 30)
    with pytest.raises(InputError, match=r"sequence s1: .*9e999.* has no number 'top'"):
        read_gavd(tmp_path)


@pytest.mark.cohort
@cohort[1]
def test_the_published_excerpt_reads_with_its_poses() -> None:
    found = read_gavd(
        FOLDER / "gavd_annotations" / "GAVD_Clinical_Annotations_excerpt.csv",
        SourceOptions(poses=FOLDER / "gavd_hsmr" / "poses", fps=30),
    )
    assert len(found.clips) >= 15
    assert all(clip.annotation is not None for clip in found.clips)
    assert "stroke" in found.note
