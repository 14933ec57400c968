"""Films are told apart by what moves in them, and copies are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.training.film_copies import FilmHash, copy_of, film_hash, likeness
from tests.gaitmodel.core.fakes import labelled_clips


def test_films_of_two_people_are_far_apart_wherever_they_begin(tmp_path: Path) -> None:
    one, other = (film_hash(c.given) for c in labelled_clips(tmp_path, 2))
    assert abs(likeness(one.whole, other.whole)) < 0.5
    starts = range(len(other.frames) - int(one.places[-1]))
    assert max(likeness(one.probe, other.frames[s + one.places]) for s in starts) < 0.5
    assert likeness(one.whole, one.whole) == pytest.approx(1)
    assert copy_of(one, [other]) is None
    assert copy_of(one, [other, one]) is one


def test_a_film_at_half_the_frame_rate_is_the_same_film() -> None:
    """Seen as smoothly moving as real ones are."""
    time = np.arange(120)[:, None]
    place = np.arange(256)[None]
    frames = np.exp(-(((place - 2 * time) / 20) ** 2)).astype(np.float32) * 200
    one, slow = FilmHash("one", frames), FilmHash("slow", frames[::2])
    assert copy_of(one, [slow]) is slow
    assert copy_of(slow, [one]) is one


def test_another_walker_in_the_same_room_is_no_copy() -> None:
    time = np.arange(120)[:, None]
    place = np.arange(256)[None]
    room = 40 + 30 * np.sin(place / 9)
    one, other = (
        FilmHash(name, (room + 60 * np.sin(place / wide - time * pace)).astype("f4"))
        for name, wide, pace in (("one", 5, 0.20), ("other", 7, 0.26))
    )
    assert copy_of(one, [other]) is None
    assert copy_of(other, [one]) is None


def test_a_still_film_is_compared_as_a_picture() -> None:
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 256)).astype(np.float32)
    one, again, other = (
        FilmHash(name, np.repeat(pictures[[row]], 30, axis=0))
        for name, row in (("one", 0), ("again", 0), ("other", 1))
    )
    assert copy_of(one, [other]) is None
    assert copy_of(one, [other, again]) is again
