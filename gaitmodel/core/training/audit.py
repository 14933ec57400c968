"""Leakage audit: what training must not share with the clips that evaluate it.

1. No subject is in two splits.
2. No walk is in two splits: clips of different splits that share half of the shorter
   one's frames are one walk cut twice, in whatever format, or mirrored. Two frames are
   the same if hip and knee angles agree to 0.3 degrees; where one of these was not
   observed, if every angle agrees. Of 728 real walks none shares more than one in
   twenty of its frames with other people's.
3. No film is in two splits (``film_copies.py``). A drawn skeleton has no scene to
   compare; its pose is compared under 2.
4. No prompt says who walks, where the clip comes from or what it is called.

A failed audit always stops training: there is no option to override it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from gaitmodel.core.errors import InputError
from gaitmodel.core.pose.kinematics import to_gravity
from gaitmodel.core.pose.skel import INDEX, mirror
from gaitmodel.core.records import FloatArray, PoseSequence
from gaitmodel.core.systems.base import ClipInput, LabelledClip, Prompting
from gaitmodel.core.systems.feature_cache import FeatureCache
from gaitmodel.core.training.dataset import leave_out
from gaitmodel.core.training.film_copies import FilmHash, copy_of, film_hash

SHARED_FRAMES = 0.5
SAME_ANGLE = 0.005  # radians
LEGS = [
    INDEX[f"{name}_{side}"] for name in ("hip_flexion", "knee_angle") for side in "rl"
]
NOT_OBSERVED = -9.0  # radians: matches only itself
NAME = re.compile(r".{4,}|(?=.*\d).*[^\W\d].*")
"""Words to look for: a shorter one, or a plain number, would occur in any text."""

Parts = Mapping[str, Sequence[LabelledClip]]


@dataclass(frozen=True)
class AuditReport:
    """What was checked, one sentence each."""

    checked: tuple[str, ...]


def audit(
    parts: Parts,
    system: object,
    tick: Callable[[], None],
    failed: dict[str, str] | None = None,
    cache: FeatureCache | None = None,
) -> AuditReport:
    """Check the clips of each split against the others.

    ``tick`` is called before each clip whose film or prompt is read, and may raise to
    stop the audit. An unreadable film stops it too, unless ``failed`` is given: then its
    clip and the reason are noted there. ``cache`` keeps the films' hashes, which every
    system of a cohort needs.

    Raises
    ------
    InputError
        If something is shared; it names both clips, or the clip and the word. If a
        film cannot be read.
    """
    return AuditReport(
        (
            _subjects(parts),
            _poses(parts),
            _films(parts, tick, failed, cache),
            _prompts(parts, system, tick),
        )
    )


def _subjects(parts: Parts) -> str:
    home: dict[str, str] = {}
    for split, clips in parts.items():
        for clip in clips:
            before = home.setdefault(clip.subject, split)
            if before != split:
                raise InputError(
                    f"subject {clip.subject!r} stands in splits {before!r} and "
                    f"{split!r}; splits must share no subject"
                )
    counts = ", ".join(f"{len(clips)} {split}" for split, clips in parts.items())
    return f"{len(home)} subjects, none in two splits (clips: {counts})"


def _poses(parts: Parts) -> str:
    clips = [clip for _, clip in _each(parts)]
    frames = [_comparable(clip.pose) for clip in clips]
    in_mirror = [_comparable(clip.pose, in_mirror=True) for clip in clips]
    lengths = [len(one) for one in frames]
    points, mirrored = np.concatenate(frames), np.concatenate(in_mirror)
    owner = np.repeat(np.arange(len(clips)), lengths)
    split = np.repeat([name for name, _ in _each(parts)], lengths)
    for name in parts:
        inside = split == name
        if inside.all() or not inside.any():
            continue
        known = cKDTree(np.concatenate([points[~inside], mirrored[~inside]]))
        gap, place = known.query(
            points[inside], p=np.inf, distance_upper_bound=SAME_ANGLE
        )
        found = np.isfinite(gap)
        of_others = np.tile(owner[~inside], 2)[np.asarray(place)[found]]
        for clip, count in Counter(owner[inside][found].tolist()).items():
            if count < SHARED_FRAMES * lengths[clip]:
                continue  # too few in all, so too few with any single walk
            for other in np.unique(of_others[owner[inside][found] == clip]):
                shared = max(
                    _shared(frames[clip], seen[other]) for seen in (frames, in_mirror)
                )
                if shared >= SHARED_FRAMES * lengths[clip]:
                    raise InputError(
                        f"clips {clips[clip].clip!r} and {clips[other].clip!r} stand "
                        f"in different splits and share {shared} frames of pose: they "
                        "are one walk"
                    )
    return f"{len(points)} frames of pose compared, no walk in two splits"


def _shared(one: FloatArray, other: FloatArray) -> int:
    """How many frames of one walk match some frame of the other."""
    gap, _ = cKDTree(other).query(one, p=np.inf, distance_upper_bound=SAME_ANGLE)
    return int(np.isfinite(gap).sum())


def _comparable(pose: PoseSequence, *, in_mirror: bool = False) -> FloatArray:
    """(frames with anything observed, 46): the values that frames are compared by."""
    angles = to_gravity(pose).angles.astype(float)
    if in_mirror:
        angles = mirror(angles)
    observed = angles[np.isfinite(angles).any(axis=1)]
    points = np.nan_to_num(observed, nan=NOT_OBSERVED)
    legs_alone = np.zeros_like(points)
    legs_alone[:, LEGS] = points[:, LEGS]
    has_legs = np.isfinite(observed[:, LEGS]).all(axis=1)
    compared: FloatArray = np.where(has_legs[:, None], legs_alone, points)
    return compared


def _films(
    parts: Parts,
    tick: Callable[[], None],
    failed: dict[str, str] | None,
    cache: FeatureCache | None,
) -> str:
    hashes: dict[str, list[FilmHash]] = {split: [] for split in parts}
    for split, clip in _each(parts):
        if clip.film is None or clip.film.skeleton:
            continue
        tick()
        try:
            hashes[split].append(film_hash(clip, cache))
        except (InputError, OSError) as error:
            leave_out(clip.clip, error, failed)
    for split, own in hashes.items():
        others = [one for name in parts if name != split for one in hashes[name]]
        for film in own:
            if copy := copy_of(film, others):
                raise InputError(
                    f"clips {film.clip!r} and {copy.clip!r} stand in different splits "
                    "and show nearly the same pictures"
                )
    count = sum(map(len, hashes.values()))
    return f"{count} films hashed, no near-duplicate across splits"


def _prompts(parts: Parts, system: object, tick: Callable[[], None]) -> str:
    if not isinstance(system, Prompting):
        return "no prompts: this system reads none"
    texts = []
    for _, labelled in _labelled(parts):
        tick()
        texts.append(system.prompt_text(labelled.given))
    if not any(texts):
        return "no prompts: this system reads none"
    for (_, labelled), text in zip(_labelled(parts), texts, strict=True):
        clip = labelled.given
        canaries = [clip.clip, labelled.subject]
        canaries += [str(clip.film.path)] if clip.film else []
        for word in canaries:
            if not NAME.fullmatch(word) or not _says(text, word):
                continue
            if all(_says(other, word) for other in texts):
                continue  # a word of the instruction identifies nobody
            raise InputError(
                f"clip {clip.clip!r}: its prompt says {word!r}, which tells more than "
                "the walk does"
            )
    return f"{len(texts)} prompts, none names a clip, a subject or a file"


def _says(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _labelled(parts: Parts) -> Iterator[tuple[str, LabelledClip]]:
    return ((split, clip) for split, clips in parts.items() for clip in clips)


def _each(parts: Parts) -> Iterator[tuple[str, ClipInput]]:
    return ((split, clip.given) for split, clip in _labelled(parts))
