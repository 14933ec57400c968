"""The door to every source: what no row can hold, and files that cannot be opened."""

from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.sources.read import read_source


def manifest(folder: Path, subject: str, source: str = "clinic") -> Path:
    np.save(folder / "a.npy", np.zeros((40, 46), np.float32))
    path = folder / "manifest.csv"
    path.write_text(
        f"clip,subject,label,pose,fps,source\na,{subject},normal,a.npy,30,{source}\n"
    )
    return path


def test_a_name_in_any_script_is_taken(tmp_path: Path) -> None:
    (clip,) = read_source("manifest", manifest(tmp_path, "Ö 12 ☃"), 0.2, 1).clips
    assert clip.subject == "Ö 12 ☃"


@pytest.mark.parametrize("space", ["\u3000", "\xa0"])
def test_a_path_may_hold_any_scripts_space_and_a_name_may_not(
    tmp_path: Path, space: str
) -> None:
    folder = tmp_path / f"山田{space}太郎"
    folder.mkdir()
    (clip,) = read_source("manifest", manifest(folder, "S1"), 0.2, 1).clips
    assert clip.pose is not None
    assert clip.pose.parent == folder
    with pytest.raises(InputError, match=r"subject must be .* printable"):
        read_source("manifest", manifest(folder, f"S{space}1"), 0.2, 1)
    other = folder / "line\u2028end"
    other.mkdir()
    with pytest.raises(InputError, match=r"pose must be .* printable"):
        read_source("manifest", manifest(other, "S1"), 0.2, 1)


@pytest.mark.parametrize(
    ("subject", "source", "sentence"),
    [
        (
            "s" * 121,
            "clinic",
            r"subject must be at most 120 .* not 'ss.*\.\.\.' \(121\)",
        ),
        ("S1\x1b[31m", "clinic", r"subject must be .* printable .*x1b"),
        ("S1\x00", "clinic", r"subject must be .* printable .*x00"),
        ("S1", "z" * 61, r"source must be at most 60 .* \(61\)"),
    ],
)
def test_what_no_row_can_hold_is_refused_before_it_is_written(
    tmp_path: Path, subject: str, source: str, sentence: str
) -> None:
    with pytest.raises(InputError, match=f"manifest.csv, clip 'a': {sentence}"):
        read_source("manifest", manifest(tmp_path, subject, source), 0.2, 1)


def test_a_file_that_may_not_be_read_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = manifest(tmp_path, "S1")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", denied)  # root may read everything
    with pytest.raises(InputError, match=r"manifest\.csv: Permission denied"):
        read_source("manifest", path, 0.2, 1)
