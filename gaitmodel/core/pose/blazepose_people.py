"""Track everyone through a film, and choose the walker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from gaitmodel.core.pose.blazepose_model import BlazePose, Person, Region, same_person
from gaitmodel.core.records import ByteArray, FloatArray

_LOOK_EVERY: Final = 12
"""Frames between searches for people who are not tracked yet."""

_LOOK_ALONE: Final = 3
"""The same while nobody is tracked."""

_MOST_PEOPLE: Final = 4
_LONGEST_LOSS: Final = 15
"""Longest loss, in frames, after which a person is still taken to be the same."""

ANKLES, HIPS = (27, 28), (23, 24)


@dataclass
class Track:
    """One person through a film: what was seen of them, by frame."""

    people: dict[int, Person] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return max(self.people)

    @property
    def region(self) -> Region:
        return self.people[self.last].next_region

    def walking(self) -> float:
        """Frames times (spread of the feet's distance + travel), in leg lengths."""
        if len(self.people) < 2:
            return 0.0
        points = np.stack([person.image for person in self.people.values()])
        apart = points[:, ANKLES[0], 0] - points[:, ANKLES[1], 0]
        legs = points[:, ANKLES].mean(axis=1) - points[:, HIPS].mean(axis=1)
        length = float(np.median(np.hypot(*legs.T)))
        moved = points[:, HIPS].mean(axis=1)
        travelled = float(np.ptp(moved, axis=0).max()) / max(length, 1.0)
        spread = float(np.std(apart)) / max(length, 1.0)
        return len(self.people) * (spread + 0.1 * min(travelled, 2.0))


@dataclass(frozen=True)
class PeopleInFilm:
    """Everyone in a film of ``frames`` frames; the walker first."""

    tracks: tuple[Track, ...]
    frames: int

    @property
    def confidence(self) -> float:
        """Confidence in the choice, 0..1: the walker's lead over the next person."""
        scores = [track.walking() for track in self.tracks] + [0.0, 0.0]
        return 1.0 - 0.5 * scores[1] / scores[0] if scores[0] > 0 else 0.0


def follow_people(model: BlazePose, frames: Iterable[ByteArray]) -> PeopleInFilm:
    """Landmarks of everyone in a film's RGB frames, the likeliest walker first."""
    tracks: list[Track] = []
    count = 0
    for number, rgb in enumerate(frames):
        count += 1
        current = [
            track for track in tracks if track.people and track.last >= number - 1
        ]
        for track in current:
            _follow(model, track, number, rgb)
        _drop_doubles(current, number)
        followed = [track for track in current if track.last == number]
        every = _LOOK_EVERY if followed else _LOOK_ALONE
        if number % every == 0 or len(followed) < len(current):
            _look(model, tracks, number, rgb)
    ranked = sorted(tracks, key=Track.walking, reverse=True)
    return PeopleInFilm(tuple(ranked), count)


def _follow(model: BlazePose, track: Track, number: int, rgb: ByteArray) -> None:
    person = model.landmarks(rgb, track.region)
    if person is not None:
        track.people[number] = person


def _drop_doubles(current: list[Track], number: int) -> None:
    """Where two regions have slid onto one person, keep the longer track."""
    here = [track for track in current if track.last == number]
    here.sort(key=lambda track: -len(track.people))
    for place, track in enumerate(here):
        for other in here[:place]:
            if number in other.people and same_person(track.region, other.region):
                del track.people[number]
                break


def _look(model: BlazePose, tracks: list[Track], number: int, rgb: ByteArray) -> None:
    """Find people who are not tracked: just lost, or new."""
    followed = [track for track in tracks if track.people and track.last == number]
    lost = [t for t in tracks if t.people and 0 < number - t.last <= _LONGEST_LOSS]
    for region in model.people(rgb):
        if len(followed) >= _MOST_PEOPLE:
            return
        if any(_near(region, track.region, 0.25) for track in followed):
            continue
        person = model.landmarks(rgb, region)
        if person is None:
            continue
        track = next((t for t in lost if _near(region, t.region, 0.4)), Track())
        if not track.people:
            tracks.append(track)
        track.people[number] = person
        followed.append(track)


def _near(one: Region, other: Region, share: float) -> bool:
    apart = float(np.hypot(one.x - other.x, one.y - other.y))
    return apart < share * max(one.side, other.side)


def stacked(track: Track, frames: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Image (T, 33, 2), world (T, 33, 3) and visibility (T, 33), NaN where unseen."""
    image = np.full((frames, 33, 2), np.nan)
    world = np.full((frames, 33, 3), np.nan)
    seen = np.full((frames, 33), np.nan)
    for number, person in track.people.items():
        image[number], world[number] = person.image, person.world
        seen[number] = person.seen
    return image, world, seen
