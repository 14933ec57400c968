"""Films: playable, deterministic, and carrying nothing but pictures."""

from pathlib import Path

import av
import numpy as np
import pytest

from gaitmodel.core.errors import VideoError
from gaitmodel.core.media.encode import video_writer, write_video
from gaitmodel.core.media.probe import probe


def moving_square(
    count: int = 40, width: int = 64, height: int = 48
) -> list[np.ndarray]:
    frames = []
    for number in range(count):
        image = np.full((height, width, 3), 200, np.uint8)
        image[10:20, number : number + 10] = (200, 30, 30)
        frames.append(image)
    return frames


def test_a_film_holds_the_frames_at_the_rate_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_video(path, moving_square(), 29.97)
    info = probe(path)
    assert (info.width, info.height, info.frames, info.codec) == (64, 48, 40, "h264")
    assert info.fps == pytest.approx(29.97, abs=0.001)


def test_equal_frames_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one.mp4", "two.mp4"):
        write_video(tmp_path / name, moving_square(), 30)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_film_carries_no_audio_no_metadata_and_no_encoder_signature(
    tmp_path: Path,
) -> None:
    path = tmp_path / "film.mp4"
    write_video(path, moving_square(), 30)
    with av.open(str(path)) as container:
        assert not container.streams.audio
        assert "encoder" not in container.metadata
        assert "creation_time" not in container.metadata
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
    data = path.read_bytes()
    assert b"x264" not in data
    assert b"Lavf" not in data
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_rater_can_scrub_because_key_frames_are_close(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_video(path, moving_square(), 30)
    with av.open(str(path)) as container:
        keys = [p.is_keyframe for p in container.demux(video=0) if p.size]
    assert [i for i, key in enumerate(keys) if key][:3] == [0, 15, 30]


def test_a_failed_film_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupted() -> None:
        with video_writer(tmp_path / "film.mp4", (64, 48), 30) as writer:
            writer.write(moving_square()[0])
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_odd_sides_no_frames_and_a_frame_of_another_size_are_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "film.mp4"
    with pytest.raises(VideoError, match="even sides"):
        write_video(path, [np.zeros((47, 64, 3), np.uint8)], 30)
    with pytest.raises(VideoError, match="at least one frame"):
        write_video(path, [], 30)
    two = [np.zeros((48, 64, 3), np.uint8), np.zeros((50, 64, 3), np.uint8)]
    with pytest.raises(VideoError, match="does not fit"):
        write_video(path, two, 30)
    assert not path.exists()
