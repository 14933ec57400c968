"""Sampling and reading frames."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitmodel.core.config import Sampling
from gaitmodel.core.errors import InputError, VideoError
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.frames import decoded_ahead, read_frames, sample_indices

counts = st.integers(1, 64)


@given(st.integers(1, 3000), st.floats(5, 240), counts, st.sampled_from(list(Sampling)))
def test_indices_always_lie_in_the_clip_and_never_go_back(
    frames: int, fps: float, count: int, sampling: Sampling
) -> None:
    indices = sample_indices(frames, fps, count, sampling, 4.3)
    assert len(indices) == count
    assert indices.min() >= 0
    assert indices.max() < frames
    assert (np.diff(indices) >= 0).all()


def test_uniform_spreads_over_at_most_the_stretch_in_the_middle() -> None:
    indices = sample_indices(600, 30, 32, Sampling.UNIFORM, 4.3)
    assert indices[-1] - indices[0] <= 129
    assert abs(indices.mean() - 299.5) <= 2
    assert set(np.diff(indices)) <= {4, 5}


def test_uniform_spreads_over_a_whole_short_clip() -> None:
    indices = sample_indices(64, 30, 32, Sampling.UNIFORM, 4.3)
    assert indices.tolist() == list(range(1, 64, 2))


def test_a_window_is_consecutive_and_centred() -> None:
    indices = sample_indices(100, 30, 32, Sampling.WINDOW, 4.3)
    assert indices.tolist() == list(range(34, 66))


@pytest.mark.parametrize("sampling", list(Sampling))
def test_a_clip_shorter_than_the_count_repeats_evenly(sampling: Sampling) -> None:
    indices = sample_indices(8, 30, 32, sampling, 4.3)
    assert np.bincount(indices).tolist() == [4] * 8


def test_nothing_can_be_sampled_from_an_empty_clip() -> None:
    with pytest.raises(InputError, match="must be positive"):
        sample_indices(0, 30, 32, Sampling.UNIFORM, 4.3)


def test_frames_come_back_in_full_colour_in_the_order_asked(tmp_path: Path) -> None:
    levels = [40, 90, 140, 190, 240]
    path = tmp_path / "film.mp4"
    write_video(path, [np.full((32, 32, 3), v, np.uint8) for v in levels], 25)
    frames = read_frames(path, np.array([0, 2, 2, 4]))
    assert frames.images.shape == (4, 32, 32, 3)
    np.testing.assert_allclose(
        frames.images.mean(axis=(1, 2, 3)), [40, 140, 140, 240], atol=3
    )
    assert frames.fps == 25


def test_an_index_beyond_the_end_is_named(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_video(path, [np.zeros((32, 32, 3), np.uint8)] * 3, 25)
    with pytest.raises(VideoError, match="ends before frame 9"):
        read_frames(path, np.array([0, 9]))


def test_frames_decoded_ahead_are_the_same_in_the_same_order() -> None:
    frames = [np.full((2, 2, 3), number, np.uint8) for number in range(40)]
    seen = [int(frame[0, 0, 0]) for frame in decoded_ahead(frames)]
    assert seen == list(range(40))


def test_what_decoding_raises_reaches_the_reader() -> None:
    def broken() -> Iterator[np.ndarray]:
        yield np.zeros((2, 2, 3), np.uint8)
        raise VideoError("torn")

    ahead = decoded_ahead(broken())
    next(ahead)
    with pytest.raises(VideoError, match="torn"):
        next(ahead)


def test_leaving_early_ends_the_decoding() -> None:
    before = threading.active_count()
    ahead = decoded_ahead(np.zeros((2, 2, 3), np.uint8) for _ in range(10_000))
    next(ahead)
    ahead.close()
    assert threading.active_count() == before
