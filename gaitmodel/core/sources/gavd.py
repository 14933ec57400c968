"""GAVD: clips from the clinical annotation CSVs as they are published.

One CSV or a folder of its five parts, one row per frame. A clip is a sequence; the
subject is the video id, a proxy, since GAVD identifies no people. Films and poses are
found locally as ``<sequence>`` (cut), ``HSMR-<sequence>`` or ``<video id>`` (whole).

Reference: Ranjan et al., GAVD, 2023; the paper's section 3.1 for seven of its labels.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Final

from gaitmodel.core.errors import InputError
from gaitmodel.core.pose.load import check_fps, has_own_rate, read_pose
from gaitmodel.core.records import ClipRef
from gaitmodel.core.sources.gavd_rows import Sequence, read_sequences
from gaitmodel.core.sources.local_files import (
    NO_OPTIONS,
    POSE_SUFFIXES,
    VIDEO_SUFFIXES,
    SourceOptions,
    files_by_stem,
)
from gaitmodel.core.sources.manifest import Manifest
from gaitmodel.core.sources.splits import paper_split
from gaitmodel.core.taxonomy import GaitClass, gait_class

PATTERNS: Final = (
    "abnormal", "normal", "exercise", "myopathic", "style", "stroke",
    "cerebral palsy", "parkinsons", "prosthetic", "antalgic", "inebriated", "pregnant",
)  # fmt: skip
"""GAVD's vocabulary of ``gait_pat``; seven of the twelve are classes of the paper."""

_SHORTER: Final = 2
"""HSMR writes one or two frames fewer than a sequence has rows."""


def read_gavd(path: Path, options: SourceOptions = NO_OPTIONS) -> Manifest:
    """Sequences of the paper's classes that have a film or a pose, split as in the paper.

    Raises
    ------
    InputError
        One sentence with the file, the sequence, the rule and the value: no annotation,
        a missing column, a broken frame range, an unknown gait pattern, a pose whose
        length differs from its rows, or no film and no pose for any sequence.
    """
    folder = path if path.is_dir() else path.parent
    videos = files_by_stem(options.videos or folder, VIDEO_SUFFIXES)
    poses = files_by_stem(options.poses or folder, POSE_SUFFIXES)
    left_out: Counter[str] = Counter()
    clips: list[ClipRef] = []
    for sequence in read_sequences(path):
        label = _class_of(sequence)
        if label is None:
            left_out[f"of no class of the paper ({sequence.pattern})"] += 1
            continue
        clip = _clip(sequence, label, videos, poses, options.fps)
        if clip is None:
            left_out["with neither film nor pose"] += 1
        else:
            clips.append(clip)
    told = ", ".join(f"{n} {why}" for why, n in left_out.most_common())
    if not clips:
        raise InputError(f"{path.name}: no sequence can be taken in: {told}")
    split = paper_split(clips)
    note = f"sequences left out: {told}" if told else ""
    return Manifest(tuple(replace(c, split=split[c.clip]) for c in clips), (), note)


def _class_of(sequence: Sequence) -> GaitClass | None:
    """The paper's class of a sequence; none for the other five patterns."""
    if sequence.pattern not in PATTERNS:
        raise InputError(
            f"{sequence.file}, sequence {sequence.name}: gait_pat must be one of "
            f"{', '.join(PATTERNS)}, not {sequence.pattern!r}"
        )
    try:
        return gait_class(sequence.pattern)
    except InputError:
        return None


def _clip(
    sequence: Sequence,
    label: GaitClass,
    videos: dict[str, Path],
    poses: dict[str, Path],
    fps: float | None,
) -> ClipRef | None:
    cut, whole = videos.get(sequence.name), videos.get(sequence.video_id)
    pose = poses.get(sequence.name)
    video = cut or whole
    if video is None and pose is None:
        return None
    if pose is not None:
        _check_length(sequence, pose)
    if fps is not None:
        check_fps(fps, sequence.file)
    first = sequence.first_frame if cut is None and whole is not None else 0
    return ClipRef(
        clip=sequence.name,
        subject=sequence.video_id,
        label=label,
        source="gavd",
        video=video,
        pose=pose,
        fps=fps,
        annotation=sequence.annotation(first),
    )


def _check_length(sequence: Sequence, pose: Path) -> None:
    """Refuse a pose that cannot belong to these rows, by its number of frames."""
    frames = len(read_pose(pose, None if has_own_rate(pose) else 30.0).angles)
    if not 0 <= len(sequence.rows) - frames <= _SHORTER:
        raise InputError(
            f"{sequence.file}, sequence {sequence.name}: {len(sequence.rows)} rows but "
            f"its pose {pose.name} has {frames} frames; at most {_SHORTER} may be missing"
        )
