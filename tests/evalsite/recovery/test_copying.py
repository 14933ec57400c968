"""What of the data folder goes into a backup."""

from pathlib import Path

from evalsite.recovery.copying import files_of


def test_half_written_files_and_scratch_folders_are_left_out(tmp_path: Path) -> None:
    clip = tmp_path / "clips" / "walk"
    for name in ("video.mp4", ".part-1.mp4", ".part-2/video.mp4", "review/1.png"):
        (clip / name).parent.mkdir(parents=True, exist_ok=True)
        (clip / name).touch()
    found = [path.relative_to(clip) for path in files_of(tmp_path, frozenset())]
    assert found == [Path("video.mp4"), Path("review/1.png")]
