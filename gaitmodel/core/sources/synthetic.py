"""The synthetic cohort: walkers of all eight classes, their poses, films and truth.

Everything follows from the seed. Names reveal nothing: clips are ``walk-0007`` and
subjects ``S012``, numbered in an order shuffled over the classes.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import ClipRef, Split
from gaitmodel.core.sources.splits import subject_disjoint_split
from gaitmodel.core.sources.synthetic_film import write_film
from gaitmodel.core.sources.synthetic_plan import FPS, PlannedClip, plan_cohort
from gaitmodel.core.sources.synthetic_walker import (
    Walk,
)
from gaitmodel.core.store import atomic_path, file_sha256, write_json
from gaitmodel.core.taxonomy import GaitClass

VERSION: Final = 3
"""Raise it when the same seed would give other bytes: old cohorts are then rebuilt."""

_COLUMNS: Final = (
    "clip", "subject", "label", "source", "video", "pose", "fps", "split",
)  # fmt: skip


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
    (30 frames/s), ``truth.json`` (events in seconds, parameters). Clips finished with
    the same parameters are kept; the manifest is written last. ``held_out`` adds this
    many subjects per class, all of whose clips are test clips. ``workers`` processes
    draw in parallel; the bytes do not depend on their number.

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
    films: dict[str, str] = {}
    with _drawing(workers) as drawn:
        for clip, (events, digest) in zip(clips, drawn(draw, clips), strict=True):
            truth[clip.name], films[clip.name] = events, digest
            if progress is not None:
                progress(len(truth), len(clips))
    write_json(
        root / "truth.json",
        {"parameters": parameters, "clips": truth, "film_sha256": films},
    )
    return _write_manifest(root, clips, seed, val_fraction, test_fraction)


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
    """Record what is being built; return whether existing clips may be kept."""
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
    """``map`` in this process, or over several new ones."""
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
) -> tuple[dict[str, list[float]], str]:
    """Make one clip unless its files may be kept; return true events, film digest."""
    walked = clip.walk(duration_s)
    pose, film = root / "poses" / f"{clip.name}.npy", root / _video(clip.name)
    if not (keep and pose.exists()):
        with atomic_path(pose) as part, part.open("wb") as file:
            np.save(file, clip.pose(walked).angles)
    if not (keep and film.exists()):
        write_film(film, clip.film(walked, size), FPS)
    return _truth(walked), file_sha256(film)


def is_drawn(film: Path) -> bool:
    """Whether a film is one that :func:`build_cohort` drew, byte for byte.

    Only such a film may skip the de-identification: a manifest can call any film
    synthetic.
    """
    note = film.parent.parent / "truth.json"
    if not note.is_file():
        return False
    drawn: dict[str, str] = json.loads(note.read_text()).get("film_sha256", {})
    return drawn.get(film.stem) == file_sha256(film)


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
