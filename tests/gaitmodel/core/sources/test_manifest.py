"""The manifest: what is read, and one sentence for each thing that is wrong."""

from pathlib import Path

import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import Split
from gaitmodel.core.sources.manifest import read_manifest
from gaitmodel.core.taxonomy import GaitClass

HEADER = "clip,subject,label,video,pose,fps,split"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.mp4", "a.npy", "b.npy"):
        (tmp_path / name).touch()
    return tmp_path


def write(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "manifest.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_clips_are_read_in_order_with_paths_beside_the_file(folder: Path) -> None:
    path = write(
        folder, "a,S1,DCM,a.mp4,a.npy,30,test", "b,S2,Parkinson's,,b.npy,,train"
    )
    first, second = read_manifest(path).clips
    assert (first.label, second.label) == (GaitClass.DCM, GaitClass.PARKINSONS)
    assert first.video == folder / "a.mp4"
    assert (first.fps, first.split) == (30.0, Split.TEST)
    assert second.video is None
    assert second.fps is None
    assert second.source == "manifest"


def test_unknown_columns_are_named_and_ignored(folder: Path) -> None:
    path = write(folder, "a,S1,normal,a.npy,63", header="clip,subject,label,pose,age")
    assert read_manifest(path).ignored_columns == ("age",)


def test_a_byte_order_mark_and_blanks_do_no_harm(folder: Path) -> None:
    path = write(folder, "a , S1, normal , a.npy", header="clip, subject ,label,pose")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_manifest(path).clips[0].subject == "S1"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["a,S1,limping,,a.npy,,"], "line 2: label 'limping' is not a gait class"),
        (["a,S1,normal,,c.npy,,"], "line 2: the pose file 'c.npy' does not exist"),
        (["a,S1,normal,c.mp4,,,"], "line 2: the video file 'c.mp4' does not exist"),
        (["a,S1,normal,,,,"], "line 2: clip 'a' has neither a video nor a pose"),
        (["a,,normal,,a.npy,,"], "line 2: clip 'a' has no subject"),
        (["../a,S1,normal,,a.npy,,"], "line 2: clip name '../a' must be"),
        (["a,S1,normal,,a.npy,fast,"], "line 2: fps must be a number, not 'fast'"),
        (["a,S1,normal,,a.npy,0,"], "line 2: the column fps: fps must lie between"),
        (["a,S1,normal,,a.npy,,dev"], "line 2: split must be one of train, val, test"),
        (
            ["a,S1,normal,,a.npy,,", "a,S2,normal,,b.npy,,"],
            "line 3: clip 'a' is named already in line 2",
        ),
        (
            ["a,S1,normal,,a.npy,,train", "b,S1,normal,,b.npy,,test"],
            "subject 'S1' is in two splits: clip 'a' in train, clip 'b' in test",
        ),
        (["a,S1,normal,,a.npy,29,97,train"], "line 2: 7 cells expected, but 'train'"),
        ([f"a,S1,normal,,{'x' * 300}.npy,,"], "File name too long"),
        ([], "names no clip"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    folder: Path, lines: list[str], sentence: str
) -> None:
    with pytest.raises(InputError) as refusal:
        read_manifest(write(folder, *lines))
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith("manifest.csv")
    assert "\n" not in str(refusal.value)


def test_missing_columns_and_a_missing_file_are_named(folder: Path) -> None:
    with pytest.raises(InputError, match="no column 'subject'"):
        read_manifest(write(folder, "a,normal,a.npy", header="clip,label,pose"))
    with pytest.raises(InputError, match="neither a column 'video' nor 'pose'"):
        read_manifest(write(folder, "a,S,normal", header="clip,subject,label"))
    with pytest.raises(InputError, match=r"gone.csv: no such manifest"):
        read_manifest(folder / "gone.csv")


@pytest.mark.parametrize(("separator", "shown"), [(";", "';'"), ("\t", r"'\t'")])
def test_another_separator_is_named(folder: Path, separator: str, shown: str) -> None:
    path = write(folder, "a,S1,normal,,a.npy,30,")
    path.write_text(path.read_text().replace(",", separator))
    with pytest.raises(InputError) as refusal:
        read_manifest(path)
    assert "no column 'clip': its cells must be separated by commas" in str(
        refusal.value
    )
    assert str(refusal.value).endswith(shown)


def test_a_binary_file_is_no_manifest(folder: Path) -> None:
    path = folder / "manifest.csv"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match="not a CSV in UTF-8"):
        read_manifest(path)
