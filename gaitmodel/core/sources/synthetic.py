"""The synthetic cohort: walkers of all eight classes, their poses, films and truth.

Everything follows from the seed. Names say nothing: clips are ``walk-0007`` and
subjects ``S012`` in an order that has been shuffled over the classes.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from gaitmodel.core.errors import InputError
from gaitmodel.core.pose.kinematics import GENERIC, Proportions, from_gravity
from gaitmodel.core.records import ClipRef, PoseSequence, Split
from gaitmodel.core.sources.splits import subject_disjoint_split
from gaitmodel.core.sources.synthetic_film import Clothing, Film, make_film, write_film
from gaitmodel.core.sources.synthetic_patterns import PATTERNS, personal
from gaitmodel.core.sources.synthetic_walker import (
    ESTIMATOR_NOISE_DEG,
    Walk,
    Walker,
    walk,
)
from gaitmodel.core.store import atomic_path, write_json
from gaitmodel.core.taxonomy import CLASSES, GaitClass

FPS: Final = 30.0
VERSION: Final = 1
"""Raise it when the same seed would give other bytes: old cohorts are then redone."""

_SIDES: Final = (-1, 1)
_COLUMNS: Final = (
    "clip", "subject", "label", "source", "video", "pose", "fps", "split",
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """One synthetic person; ``seed`` makes all of their clips."""

    name: str
    label: GaitClass
    walker: Walker
    clothing: Clothing
    seed: int
    held_out: bool = False


@dataclass(frozen=True)
class PlannedClip:
    """One clip before it is walked and drawn."""

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


def build_cohort(
    root: Path,
    *,
    seed: int,
    subjects_per_class: int,
    clips_per_subject: int,
    duration_s: float,
    size: tuple[int, int],
    progress: Callable[[int, int], None] | None = None,
    val_fraction: float = 0.0,
    test_fraction: float = 0.25,
    held_out: Mapping[GaitClass, int] | None = None,
    workers: int = 1,
) -> Path:
    """Write the cohort under ``root`` and return the path of its ``manifest.csv``.

    Beside it: ``poses/*.npy`` ((T, 46) radians, HSMR's camera frame), ``videos/*.mp4``
    (30 frames/s), ``truth.json`` (events in seconds, parameters). Clips that are
    finished under the same parameters are kept; the manifest is written last.
    ``held_out`` adds so many subjects of a class, all of whose clips are test clips.
    ``workers`` processes draw side by side; the bytes do not depend on their number.

    Raises
    ------
    InputError
        If a count is below 1, the clips are shorter than 2 s, or a side is odd.
    """
    _check(subjects_per_class, clips_per_subject, duration_s, size)
    parameters = {
        "version": VERSION, "seed": seed, "subjects_per_class": subjects_per_class,
        "clips_per_subject": clips_per_subject, "duration_s": duration_s,
        "size": list(size), "held_out": dict(held_out or {}),
    }  # fmt: skip
    keep = _begin(root, parameters)
    clips = plan_cohort(seed, subjects_per_class, clips_per_subject, held_out)
    draw = partial(_write_clip, root, duration_s, size, keep)
    truth: dict[str, Any] = {}
    with _drawing(workers) as drawn:
        for clip, events in zip(clips, drawn(draw, clips), strict=True):
            truth[clip.name] = events
            if progress is not None:
                progress(len(truth), len(clips))
    write_json(root / "truth.json", {"parameters": parameters, "clips": truth})
    return _write_manifest(root, clips, seed, val_fraction, test_fraction)


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
    return Subject(name, label, walker, _clothing(rng), int(rng.integers(2**32)))


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


def _clothing(rng: np.random.Generator) -> Clothing:
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


def _check(subjects: int, clips: int, duration_s: float, size: tuple[int, int]) -> None:
    if subjects < 1 or clips < 1:
        raise InputError(
            f"a cohort needs at least 1 subject and 1 clip, not {subjects}, {clips}"
        )
    if duration_s < 2:
        raise InputError(f"a walk must last at least 2 s, not {duration_s:g}")
    if min(size) < 64 or size[0] % 2 or size[1] % 2:
        raise InputError(f"a film's sides must be even and at least 64, not {size}")


def _begin(root: Path, parameters: dict[str, Any]) -> bool:
    """Note what is being built; whether clips that lie there already may stay."""
    note = root / "cohort.json"
    same = note.exists() and json.loads(note.read_text()) == parameters
    write_json(note, parameters)
    return same


def _truth(walked: Walk) -> dict[str, list[float]]:
    events = walked.events
    return {
        name: [round(float(time), 6) for time in getattr(events, name)]
        for name in ("hs_left", "hs_right", "to_left", "to_right")
    }


@contextmanager
def _drawing(workers: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """``map`` over this process, or over several new ones."""
    if workers < 2:
        yield map
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        yield pool.map


def _write_clip(
    root: Path,
    duration_s: float,
    size: tuple[int, int],
    keep: bool,
    clip: PlannedClip,
) -> dict[str, list[float]]:
    """Walk and draw one clip, unless its files may stay; its true events."""
    walked = clip.walk(duration_s)
    pose, film = root / "poses" / f"{clip.name}.npy", root / _video(clip.name)
    if not (keep and pose.exists()):
        with atomic_path(pose) as part, part.open("wb") as file:
            np.save(file, clip.pose(walked).angles)
    if not (keep and film.exists()):
        write_film(film, clip.film(walked, size), FPS)
    return _truth(walked)


def _video(name: str) -> str:
    return f"videos/{name}.mp4"


def _write_manifest(
    root: Path,
    clips: Sequence[PlannedClip],
    seed: int,
    val_fraction: float,
    test_fraction: float,
) -> Path:
    refs = [
        ClipRef(clip.name, clip.subject.name, clip.subject.label, "synthetic")
        for clip in clips
    ]
    kept = {clip.name for clip in clips if clip.subject.held_out}
    others = [ref for ref in refs if ref.clip not in kept]
    split = dict.fromkeys(kept, Split.TEST) | subject_disjoint_split(
        others, seed, val_fraction, test_fraction
    )
    path = root / "manifest.csv"
    with atomic_path(path) as part, part.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for ref in refs:
            writer.writerow(
                (
                    ref.clip,
                    ref.subject,
                    ref.label,
                    ref.source,
                    _video(ref.clip),
                    f"poses/{ref.clip}.npy",
                    f"{FPS:g}",
                    split[ref.clip],
                )  # fmt: skip
            )
    return path
