"""Track one walker through frames that may show several people, or nobody.

A detection continues the track whose last box centre and last pose are nearest
(cost = 5 x distance in box sizes + 0.02 x pose distance in degrees per joint).
The walker is the person seen longest; of equals, the largest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from gaitmodel.core.pose.skel import COUNT
from gaitmodel.core.records import FloatArray

_DISTANCE_WEIGHT: Final = 5.0
_POSE_WEIGHT: Final = 0.02
_GATE: Final = 5.0
"""Largest cost at which a detection still continues a track (one box size away)."""

_LONGEST_LOSS: Final = 30
"""Frames after which a person who comes back is not joined to their track."""

_COMMON, _NEAR = 0.15, 0.5
"""Largest share of common frames, and distance in box sizes, of two parts of a track."""

LONGEST_FILL: Final = 5
"""Frames of a gap that is bridged by interpolation; longer gaps stay unobserved."""


@dataclass(frozen=True)
class Detection:
    """One person in one frame: ``pose`` (46,), ``box`` (centre x, centre y, size)."""

    pose: FloatArray
    box: FloatArray | None


@dataclass
class _Track:
    """One person through time: frame numbers and what was seen in them."""

    frames: list[int] = field(default_factory=list)
    seen: list[Detection] = field(default_factory=list)

    def cost(self, detection: Detection) -> float:
        last = self.seen[-1]
        turned = np.angle(np.exp(1j * (detection.pose - last.pose)))
        pose = _POSE_WEIGHT * float(np.rad2deg(np.nanmean(np.abs(turned))))
        if detection.box is None or last.box is None:
            return pose
        moved = float(np.hypot(*(detection.box[:2] - last.box[:2])))
        return pose + _DISTANCE_WEIGHT * moved / max(float(last.box[2]), 1.0)

    @property
    def size(self) -> float:
        sizes = [float(one.box[2]) for one in self.seen if one.box is not None]
        return float(np.median(sizes)) if sizes else 0.0


def follow_walker(frames: list[list[Detection]]) -> tuple[FloatArray, float]:
    """Angles (T, 46) of the walker, NaN in long gaps, and the confidence."""
    tracks: list[_Track] = []
    for number, detections in enumerate(frames):
        _continue_tracks(tracks, number, detections)
    ranked = sorted(tracks, key=lambda t: (len(t.frames), t.size), reverse=True)
    walker, shared = _joined(ranked)
    others = [track for track in ranked if track is not walker and track.frames]
    rival = len(others[0].frames) if others else 0
    angles = np.full((len(frames), COUNT), np.nan)
    angles[walker.frames] = [one.pose for one in walker.seen]
    share = len(walker.frames) / len(frames)
    margin = 1.0 - 0.5 * min(1.0, rival / len(walker.frames))
    # Frames in which both parts of a joined track were seen are evidence against it.
    return fill_short_gaps(angles), share * margin * (1.0 - shared)


def _joined(ranked: list[_Track]) -> tuple[_Track, float]:
    """The longest track joined with those that continue or precede it.

    Returns it and the share of frames in which its parts overlapped. Joined parts are
    emptied.
    """
    walker, shared = ranked[0], 0
    for part in ranked[1:]:
        common = set(walker.frames) & set(part.frames)
        if len(common) > _COMMON * len(part.frames) or not _continues(walker, part):
            continue
        both = dict(zip(part.frames, part.seen, strict=True))
        both |= dict(zip(walker.frames, walker.seen, strict=True))
        shared += len(common)
        walker.frames = sorted(both)
        walker.seen = [both[frame] for frame in walker.frames]
        part.frames, part.seen = [], []
    return walker, shared / len(walker.frames)


def _continues(walker: _Track, part: _Track) -> bool:
    """Whether two tracks meet in time, place and size: one person lost, then found."""
    early, late = sorted((walker, part), key=lambda track: track.frames[0])
    later = [n for n, frame in enumerate(late.frames) if frame > early.frames[-1]]
    if not later or late.frames[later[0]] - early.frames[-1] > _LONGEST_LOSS:
        return False
    last, next_ = early.seen[-1].box, late.seen[later[0]].box
    if last is None or next_ is None:
        return False
    apart = float(np.hypot(*(next_[:2] - last[:2])))
    size = max(float(last[2]), float(next_[2]), 1.0)
    return apart < _NEAR * size and min(float(last[2]), float(next_[2])) > 0.67 * size


def _continue_tracks(
    tracks: list[_Track], number: int, detections: list[Detection]
) -> None:
    """Give each detection to its nearest free track, cheapest pairs first."""
    pairs = sorted(
        (track.cost(one), t, d)
        for t, track in enumerate(tracks)
        for d, one in enumerate(detections)
    )
    taken_tracks: set[int] = set()
    taken: set[int] = set()
    for cost, t, d in pairs:
        if cost <= _GATE and t not in taken_tracks and d not in taken:
            tracks[t].frames.append(number)
            tracks[t].seen.append(detections[d])
            taken_tracks.add(t)
            taken.add(d)
    for d, one in enumerate(detections):
        if d not in taken:
            tracks.append(_Track([number], [one]))


def fill_short_gaps(angles: FloatArray, longest: int = LONGEST_FILL) -> FloatArray:
    """Interpolate gaps of at most ``longest`` frames inside each column.

    Angles (T, 46) in radians; interpolated on the circle, so a pelvis near +-180 deg
    does not sweep through zero. Gaps at the ends and longer ones stay NaN.
    """
    filled = angles.copy()
    missing = np.isnan(angles)
    for column in np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0)):
        seen = np.flatnonzero(~missing[:, column])
        values = np.unwrap(angles[seen, column])
        for before, after in zip(
            range(len(seen) - 1), range(1, len(seen)), strict=True
        ):
            first, last = seen[before], seen[after]
            if 1 < last - first <= longest + 1:
                inside = np.arange(first + 1, last)
                filled[inside, column] = np.interp(
                    inside, (first, last), (values[before], values[after])
                )
    return filled
