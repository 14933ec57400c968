"""Read any source, and split it by subject where the source has no splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final
from unicodedata import category

from gaitmodel.core.errors import InputError
from gaitmodel.core.media.probe import first_frame_rate
from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.records import ClipRef, Split
from gaitmodel.core.sources.dcm import read_dcm
from gaitmodel.core.sources.gavd import read_gavd
from gaitmodel.core.sources.local_files import NO_OPTIONS, SourceOptions
from gaitmodel.core.sources.manifest import Manifest, read_manifest
from gaitmodel.core.sources.opencap import read_opencap
from gaitmodel.core.sources.splits import subject_disjoint_split
from gaitmodel.core.store import file_sha256

SOURCES: dict[str, Callable[[Path, SourceOptions], Manifest]] = {
    "manifest": read_manifest,
    "gavd": read_gavd,
    "dcm": read_dcm,
    "opencap": read_opencap,
}

LONGEST: Final = {"subject": 120, "source": 60}
LONGEST_PATH: Final = 1000
"""The lengths that the rows of subjects and clips can hold."""

NOBODY: Final[Mapping[str, Split]] = MappingProxyType({})


@dataclass(frozen=True)
class SourceReading:
    """The clips of a source, each in a split, and notes for the person importing it."""

    clips: tuple[ClipRef, ...]
    ignored_columns: tuple[str, ...]
    split_note: str
    note: str = ""


def read_source(
    source: str,
    path: Path,
    test_share: float,
    seed: int,
    options: SourceOptions = NO_OPTIONS,
    known: Mapping[str, Split] = NOBODY,
) -> SourceReading:
    """Read a source; one without splits gets a subject-disjoint split.

    ``known`` subjects keep their split: only new ones are assigned.

    Raises
    ------
    InputError
        If the source, or a clip's pose or film, cannot be read, or if it names a split
        for some clips only.
    """
    if not 0 <= test_share < 1:
        raise InputError(f"--test-share must lie in 0 to 1, not {test_share:g}")
    try:
        found = SOURCES[source](path, options)
        for clip in found.clips:
            _check_names(path, clip)
            _check_files(path, clip)
        _check_one_walker_each(path, found.clips)
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}") from error
    without = [clip for clip in found.clips if clip.split is None]
    if not without:
        return SourceReading(found.clips, found.ignored_columns, "", found.note)
    if len(without) < len(found.clips):
        raise InputError(
            f"{path.name}: clip {without[0].clip!r} has no split but others have one"
        )
    new = [clip for clip in found.clips if clip.subject not in known]
    parts = subject_disjoint_split(
        new, seed=seed, val_fraction=0.0, test_fraction=test_share
    )
    clips = tuple(
        replace(clip, split=known.get(clip.subject) or parts[clip.clip])
        for clip in found.clips
    )
    counts = Counter(str(clip.split) for clip in clips)
    told = ", ".join(f"{n} {name}" for name, n in sorted(counts.items()))
    note = f"the source names no split: made one by subject, seed {seed}: {told} clips"
    if kept := {clip.subject for clip in clips} & known.keys():
        note += f"; {len(kept)} known subjects keep theirs"
    return SourceReading(clips, found.ignored_columns, note, found.note)


def _check_names(source: Path, clip: ClipRef) -> None:
    """Refuse text too long for a row, and names with control characters."""
    names = (("subject", clip.subject), ("source", clip.source))
    files = (("video", str(clip.video or "")), ("pose", str(clip.pose or "")))
    for what, text in names + files:
        longest = LONGEST.get(what, LONGEST_PATH)
        # A path may hold any Unicode space; in a name it could make two people of one.
        spaces = "" if what in LONGEST else "Zs"
        if len(text) > longest or not all(
            mark.isprintable() or category(mark) == spaces for mark in text
        ):
            shown = text if len(text) <= longest else f"{text[:20]}..."
            raise InputError(
                f"{source.name}, clip {clip.clip!r}: {what} must be at most {longest} "
                f"printable characters, not {shown!r} ({len(text)})"
            )


def _check_files(source: Path, clip: ClipRef) -> None:
    """Read the pose and open the film, so that a bad file is reported first."""
    try:
        rate = clip.fps
        if clip.video is not None:
            rate = first_frame_rate(clip.video)
        if clip.pose is not None:
            read_pose(clip.pose, rate)
    except InputError as error:
        raise InputError(f"{source.name}, clip {clip.clip!r}: {error}") from error


def _check_one_walker_each(source: Path, clips: Sequence[ClipRef]) -> None:
    """Refuse equal pose files of two subjects: a walk could be in two splits."""
    owner: dict[str, ClipRef] = {}
    for clip in clips:
        if clip.pose is None:
            continue
        first = owner.setdefault(file_sha256(clip.pose), clip)
        if first.subject != clip.subject:
            raise InputError(
                f"{source.name}: clips {first.clip!r} of subject {first.subject!r} and "
                f"{clip.clip!r} of subject {clip.subject!r} have the same pose"
            )
