"""A cohort with a trap: room, clothes and camera side reveal a training film's class.

In the swapped films of the same test walks they indicate another class: there a system
loses what it gained from the scene and keeps what it read from the gait.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gaitmodel.core.sources.synthetic_film import Film, make_film
from gaitmodel.core.sources.synthetic_plan import (
    FPS,
    PlannedClip,
    clothing_drawn,
    plan_cohort,
)
from gaitmodel.core.sources.synthetic_walker import Walk
from gaitmodel.core.taxonomy import CLASSES

SIDE_DEG = 84.0


@dataclass(frozen=True)
class StagedClip(PlannedClip):
    """A walk filmed on one of eight stages: a room, clothes, and a camera side each."""

    stage: int = 0

    def film(self, walked: Walk, size: tuple[int, int]) -> Film:
        rng = np.random.default_rng((self.stage, 17))
        body = self.subject.walker.body
        clothing = clothing_drawn(np.random.default_rng((self.stage, 18)))
        return make_film(walked, body, clothing, size, FPS, rng)


def staged(clip: PlannedClip, stage: int) -> StagedClip:
    """The same walk on another stage, filmed from that stage's side."""
    side = 1 if stage % 2 else -1
    return StagedClip(
        clip.name, clip.subject, float(np.deg2rad(side * SIDE_DEG)), clip.seed, stage
    )


@dataclass(frozen=True)
class TrapCohort:
    """Training, validation and test clips, and the test clips with their scenes swapped."""

    train: tuple[StagedClip, ...]
    val: tuple[StagedClip, ...]
    test: tuple[StagedClip, ...]
    swapped: tuple[StagedClip, ...]


def plan_trap(seed: int, train: int, val: int, test: int) -> TrapCohort:
    """The given number of subjects per class for each part, one walk each."""
    clips = plan_cohort(seed, train + val + test, 1)
    parts: dict[str, list[StagedClip]] = {"train": [], "val": [], "test": []}
    wanted = {"train": train, "val": val, "test": test}
    swapped = []
    for member in CLASSES:
        own = iter([c for c in clips if c.subject.label is member])
        for part, count in wanted.items():
            for clip in (next(own) for _ in range(count)):
                parts[part].append(staged(clip, member.position))
                if part == "test":
                    other = (member.position + 3) % len(CLASSES)
                    moved = staged(clip, other)
                    swapped.append(replace(moved, name=f"{clip.name}-swapped"))
    return TrapCohort(
        tuple(parts["train"]), tuple(parts["val"]), tuple(parts["test"]), tuple(swapped)
    )
