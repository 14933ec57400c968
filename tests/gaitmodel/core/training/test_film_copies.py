"""Films are told apart by what moves in them, and copies are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.records import ByteArray, ClipFilm
from gaitmodel.core.sources.synthetic_film import frames_of
from gaitmodel.core.sources.synthetic_plan import PlannedClip, plan_cohort
from gaitmodel.core.sources.synthetic_scene import Room
from gaitmodel.core.systems.base import ClipInput
from gaitmodel.core.training.film_copies import FilmHash, copy_of, film_hash, likeness
from tests.gaitmodel.core.fakes import labelled_clips, swinging_pose


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


def test_a_film_in_a_mirror_is_the_same_film(tmp_path: Path) -> None:
    one, other = (film_hash(c.given) for c in labelled_clips(tmp_path, 2))
    assert one.path is not None
    turned = hashed(
        tmp_path / "turned.mp4", (f[:, ::-1] for f in every_frame(one.path)), 30
    )
    assert copy_of(turned, [other, one]) is one
    assert copy_of(one, [other, turned]) is turned


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


def test_walkers_dressed_alike_whom_a_camera_follows_are_no_copies(
    tmp_path: Path,
) -> None:
    """What moves most is the wall, and it passes both alike."""
    plans = plan_cohort(5, 2, 1)
    one, other = (followed(tmp_path, plans[place], plans[0]) for place in (15, 12))
    assert (
        copy_of(replace(one, path=None), [other]) is other
    )  # as far as 16 pixels tell
    assert copy_of(one, [other]) is None
    assert copy_of(other, [one]) is None


def followed(folder: Path, plan: PlannedClip, clothed: PlannedClip) -> FilmHash:
    """A walk from the side in one room, in one person's clothes."""
    plan = replace(plan, heading=float(np.deg2rad(84)))
    film = plan.film(plan.walk(5.0), (320, 320))
    room = Room(film.view, 3.0, np.random.default_rng(1))
    film = replace(film, room=room, clothing=clothed.subject.clothing)
    return hashed(folder / f"{plan.name}.mp4", frames_of(film), 30)


def hashed(path: Path, frames: Iterable[ByteArray], fps: float) -> FilmHash:
    write_video(path, frames, fps)
    seen = ClipFilm(path, "", 0)
    return film_hash(ClipInput(path.stem, seen, swinging_pose(), None))


def test_a_copy_that_is_smaller_or_slower_is_known(tmp_path: Path) -> None:
    plan = plan_cohort(5, 1, 1)[0]
    film = plan.film(plan.walk(4.0), (640, 480))
    frames = list(frames_of(film))
    small = [np.asarray(Image.fromarray(one).resize((160, 120))) for one in frames]
    one = hashed(tmp_path / "one.mp4", frames, 30)
    copies = (
        hashed(tmp_path / "small.mp4", small, 30),
        hashed(tmp_path / "cut.mp4", small[25:], 30),
        hashed(tmp_path / "slow.mp4", frames[::2], 15),
    )
    for copy in copies:
        assert copy_of(one, [copy]) is copy
        assert copy_of(copy, [one]) is one
    assert likeness(one.whole, copies[0].whole) > 0.98


def test_a_still_film_is_compared_as_a_picture() -> None:
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 256)).astype(np.float32)
    one, again, other = (
        FilmHash(name, np.repeat(pictures[[row]], 30, axis=0))
        for name, row in (("one", 0), ("again", 0), ("other", 1))
    )
    assert copy_of(one, [other]) is None
    assert copy_of(one, [other, again]) is again
