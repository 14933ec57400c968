"""The plan of the synthetic cohort: people, their builds and clothes, their clips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gaitmodel.core.pose.kinematics import GENERIC, Proportions, from_gravity
from gaitmodel.core.records import PoseSequence
from gaitmodel.core.sources.synthetic_film import Clothing, Film, make_film
from gaitmodel.core.sources.synthetic_patterns import PATTERNS, personal
from gaitmodel.core.sources.synthetic_walker import (
    ESTIMATOR_NOISE_DEG,
    Walk,
    Walker,
    walk,
)
from gaitmodel.core.taxonomy import CLASSES, GaitClass

FPS: Final = 30.0
_SIDES: Final = (-1, 1)


@dataclass(frozen=True)
class Subject:
    """One synthetic person; all of their clips follow from ``seed``."""

    name: str
    label: GaitClass
    walker: Walker
    clothing: Clothing
    seed: int
    held_out: bool = False


@dataclass(frozen=True)
class PlannedClip:
    """One clip before its walk and film are generated."""

    name: str
    subject: Subject
    heading: float
    seed: int

    def walk(self, duration_s: float) -> Walk:
        rng = np.random.default_rng(self.seed)
        return walk(self.subject.walker, duration_s, FPS, self.heading, rng)

    def film(self, walked: Walk, size: tuple[int, int]) -> Film:
        rng = np.random.default_rng((self.seed, 1))
        subject = self.subject
        return make_film(walked, subject.walker.body, subject.clothing, size, FPS, rng)

    def pose(self, walked: Walk) -> PoseSequence:
        """As HSMR would write it: camera frame, radians, an estimator's noise."""
        noise = np.random.default_rng((self.seed, 2)).normal(
            0, np.deg2rad(ESTIMATOR_NOISE_DEG), walked.angles.shape
        )
        angles = (walked.angles + noise).astype(np.float32)
        return from_gravity(PoseSequence(angles, FPS, False, "synthetic"))


def plan_cohort(
    seed: int,
    subjects_per_class: int,
    clips_per_subject: int,
    held_out: Mapping[GaitClass, int] | None = None,
) -> tuple[PlannedClip, ...]:
    """Who walks, and from where each clip is filmed; in order of clip names."""
    rng = np.random.default_rng(seed)
    people = [(one, False) for one in CLASSES for _ in range(subjects_per_class)]
    people += [(one, True) for one, n in (held_out or {}).items() for _ in range(n)]
    subjects = [
        replace(
            _subject(f"S{number + 1:03d}", people[place][0], rng),
            held_out=people[place][1],
        )
        for number, place in enumerate(rng.permutation(len(people)))
    ]
    takes = [subject for subject in subjects for _ in range(clips_per_subject)]
    order = rng.permutation(len(takes))
    return tuple(
        PlannedClip(
            name=f"walk-{number + 1:04d}",
            subject=takes[place],
            heading=_heading(rng),
            seed=int(rng.integers(2**32)),
        )
        for number, place in enumerate(order)
    )


def _subject(name: str, label: GaitClass, rng: np.random.Generator) -> Subject:
    walker = Walker(
        pattern=personal(PATTERNS[label], rng),
        body=_body(rng),
        weak=str(rng.choice(("r", "l"))),
    )
    return Subject(name, label, walker, clothing_drawn(rng), int(rng.integers(2**32)))


def _body(rng: np.random.Generator) -> Proportions:
    """A person's build: height and segment lengths vary by a few percent."""

    def around(value: float) -> float:
        return float(value * rng.normal(1, 0.03))

    return replace(
        GENERIC,
        height_m=float(rng.uniform(1.52, 1.90)),
        thigh=around(GENERIC.thigh),
        shank=around(GENERIC.shank),
        upper_arm=around(GENERIC.upper_arm),
        forearm=around(GENERIC.forearm),
        hip_half_width=around(GENERIC.hip_half_width),
        shoulder_half_width=float(GENERIC.shoulder_half_width * rng.normal(1, 0.07)),
    )


def clothing_drawn(rng: np.random.Generator) -> Clothing:
    """Colours of skin, hair and clothes."""

    def colour(low: float, high: float) -> tuple[int, int, int]:
        red, green, blue = (int(v) for v in rng.uniform(low, high, 3))
        return red, green, blue

    skin = np.array([235, 195, 165]) * rng.uniform(0.45, 1.0)
    hair = np.array([95, 65, 45]) * rng.uniform(0.2, 1.8)
    return Clothing(
        shirt=colour(60, 230),
        trousers=colour(25, 140),
        shoes=colour(15, 90),
        skin=(int(skin[0]), int(skin[1]), int(skin[2])),
        hair=(int(hair[0]), int(hair[1]), int(hair[2])),
    )


def _heading(rng: np.random.Generator) -> float:
    """Radians; three clips in four from a side, the others from front or back."""
    if rng.uniform() < 0.75:
        return float(np.deg2rad(rng.choice(_SIDES) * rng.normal(84, 6)))
    return float(np.deg2rad(rng.choice((0.0, 180.0)) + rng.normal(0, 8)))
