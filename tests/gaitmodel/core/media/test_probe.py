"""What a video really holds, and the sentence for each that is unusable."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from gaitmodel.core.errors import VideoError
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.probe import probe

FRAMES = [
    np.random.default_rng(i).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    for i in range(30)
]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    write_video(path, FRAMES, 30)
    return path


def encode(path: Path, stamps: list[int], pixels: str = "yuv420p") -> Path:
    """A film whose frames carry the given time stamps in units of 1/90 s."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=90)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        stream.codec_context.time_base = Fraction(1, 90)
        for stamp, image in zip(stamps, FRAMES, strict=False):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = stamp, Fraction(1, 90)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_frames_and_rate_are_those_that_decode(film: Path) -> None:
    info = probe(film)
    assert (info.frames, info.fps, info.duration_s) == (30, 30.0, 1.0)


def test_missing_and_empty_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"gone.mp4: no such video"):
        probe(tmp_path / "gone.mp4")
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoError, match="0 bytes"):
        probe(tmp_path / "empty.mp4")


def test_a_text_file_does_not_decode(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("this is no film\n" * 50)
    with pytest.raises(VideoError, match="does not decode"):
        probe(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_film_is_refused(film: Path, share: float) -> None:
    data = film.read_bytes()
    film.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(VideoError, match="truncated|does not decode|damaged"):
        probe(film)


def test_a_file_with_audio_only_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voice.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        stream.layout = "mono"
        sound = np.zeros((1, 1024), np.float32)
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="mono")
        frame.sample_rate = 16000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(VideoError, match="no video stream"):
        probe(path)


def test_a_variable_frame_rate_is_refused(tmp_path: Path) -> None:
    stamps = [3 * i if i < 15 else 45 + 9 * (i - 15) for i in range(30)]
    with pytest.raises(VideoError, match="variable frame rate"):
        probe(encode(tmp_path / "phone.mp4", stamps))


def test_an_even_rate_in_a_finer_clock_is_accepted(tmp_path: Path) -> None:
    info = probe(encode(tmp_path / "even.mp4", [3 * i for i in range(30)]))
    assert info.fps == pytest.approx(30, rel=0.02)


def test_ten_bits_per_colour_are_refused(tmp_path: Path) -> None:
    path = encode(tmp_path / "hdr.mp4", [3 * i for i in range(30)], "yuv420p10le")
    with pytest.raises(VideoError, match="10 bits"):
        probe(path)


def test_a_film_too_long_or_too_large_is_refused(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gaitmodel.core.media.probe.LONGEST_S", 0.5)
    with pytest.raises(VideoError, match=r"s long; a film of a walk may be 0 s: cut"):
        probe(film)
    monkeypatch.setattr("gaitmodel.core.media.probe.LARGEST_BYTES", 100)
    with pytest.raises(VideoError, match="GiB; a film of a walk may have"):
        probe(film)


def test_a_film_stored_rotated_is_refused(film: Path) -> None:
    data = bytearray(film.read_bytes())
    # The track header's 3 x 3 matrix (16.16 fixed point) says how to turn the film.
    upright = b"".join(v.to_bytes(4, "big") for v in (65536, 0, 0, 0, 65536))
    turned = (0).to_bytes(4, "big") + (65536).to_bytes(4, "big") + bytes(4)
    turned += (2**32 - 65536).to_bytes(4, "big") + bytes(4)
    at = data.index(upright, data.index(b"tkhd"))
    data[at : at + len(turned)] = turned
    film.write_bytes(bytes(data))
    with pytest.raises(VideoError, match="rotated by"):
        probe(film)


def test_a_single_frame_is_no_walk(tmp_path: Path) -> None:
    path = tmp_path / "still.mp4"
    write_video(path, FRAMES[:1], 30)
    with pytest.raises(VideoError, match="single frame"):
        probe(path)
