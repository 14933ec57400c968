"""Heel strikes and toe-offs from joint angles alone, by forward kinematics.

A variant of the method of Zeni (Gait & Posture 27, 2008): the foot strikes when it is
farthest ahead of the pelvis and leaves when its toe is farthest behind. It differs from
the original where that proved better against force plates and against contacts marked
by clinicians:

1. Heel strikes are the turning points of one antisymmetric signal, right heel minus
   left heel (plus the difference of the thighs, which adds stability in front and
   back views): what both legs share, drift and camera tilt, cancels, and right and
   left strikes alternate by construction.
2. The ankle is held at neutral: monocular estimates hardly move it (standard
   deviation 2 degrees in HSMR), and force plates show no loss. Landmarks and markers do
   see the foot: there its angle places the toe.
3. The time of a strike is the mean of three: that turning point, the moment when the
   own heel is farthest ahead (too early in any walk), and the moment when it is
   farthest ahead of one and a half times the other heel (too late). Alone, each is
   shifted differently in overground and treadmill walking; their mean needs nearly the
   same constant in both.
4. Each toe-off is sought between the strike of the other foot and the foot's own next
   strike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from gaitmodel.core.features.extrema import between_frames, low_pass, turning_points
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import FloatArray, GaitEvents, PoseSequence

STRIKE_BIAS_S: Final = 0.009
"""The mean of the three moments is this much after the strike: midway between two
force-plate trials, overground and treadmill, which give 4 and 14 ms. Set from one and
evaluated on the other, the median error is 11 ms and all are within a video frame."""

OFF_BIAS_S: Final = 0.002
"""The toe is farthest behind this much after it leaves (the same trials)."""

FILM_OFF_BIAS_S: Final = -0.022
"""The same for video landmarks, whose smoothing makes the toe turn early: the median
over drawn walkers of seeds 11 and 21, all classes, leg near the camera."""

_STRIKE_CUTOFF_HZ: Final = 2.5
_HEEL_CUTOFF_HZ: Final = 5.0
_OTHER_HEEL: Final = (0.0, 1.5)
_NEAR_S: Final = 0.07
_OFF_CUTOFF_HZ: Final = 5.0
_THIGH, _SHANK = 0.245, 0.246  # of body height (Winter)
_HEEL, _TOE, _ANKLE = 0.035, 0.115, 0.039
_THIGH_WEIGHT: Final = 0.37
_SHARE, _FLOOR = 0.08, 0.006
_SHORTEST_S: Final = 0.8
"""A stretch of observed frames shorter than this holds no reliable step."""

FILM: Final = "blazepose"
FOOT_SEEN: Final = frozenset({FILM, "markers"})
"""Sources whose ankle is measured from the foot, not an estimator's prior."""

LEG_ANGLES: Final = ("hip_flexion_r", "knee_angle_r", "hip_flexion_l", "knee_angle_l")


@dataclass(frozen=True)
class _Feet:
    """Sagittal positions (T,) relative to the pelvis, in body heights, + = ahead."""

    heel: FloatArray
    toe: FloatArray
    thigh: FloatArray


def detect_events(pose: PoseSequence) -> GaitEvents:
    """Heel strikes and toe-offs in seconds from the first frame.

    There are no events where a hip or a knee is not observed, nor at the ends of a
    stretch, where a turning point cannot be distinguished from a cut.
    """
    strikes: dict[str, list[float]] = {"r": [], "l": []}
    offs: dict[str, list[float]] = {"r": [], "l": []}
    for first, last in observed_stretches(pose):
        angles = pose.angles[first:last].astype(float)
        seen = pose.source in FOOT_SEEN
        bias = FILM_OFF_BIAS_S if pose.source == FILM else OFF_BIAS_S
        feet = {side: _foot(angles, side, foot_seen=seen) for side in "rl"}
        struck = _strikes(feet, pose.fps)
        for frame, side in struck:
            strikes[side].append((first + frame) / pose.fps - STRIKE_BIAS_S)
        for frame, side in _offs(feet, struck, pose.fps):
            offs[side].append((first + frame) / pose.fps - bias)
    return GaitEvents(
        hs_left=_times(strikes["l"]),
        hs_right=_times(strikes["r"]),
        to_left=_times(offs["l"]),
        to_right=_times(offs["r"]),
    )


def foot_lead(pose: PoseSequence) -> FloatArray:
    """How far the right foot is ahead of the left one, (T,) in body heights.

    Heel strikes are its turning points; NaN where no events are sought.
    """
    lead = np.full(len(pose.angles), np.nan)
    for first, last in observed_stretches(pose):
        angles = pose.angles[first:last].astype(float)
        feet = {side: _foot(angles, side, foot_seen=False) for side in "rl"}
        lead[first:last] = _strike_signal(feet, pose.fps)
    return lead


def observed_stretches(pose: PoseSequence) -> Iterator[tuple[int, int]]:
    """(first, end) frames of each long enough run with both hips and knees seen."""
    columns = pose.angles[:, [INDEX[name] for name in LEG_ANGLES]]
    seen = np.isfinite(columns).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], seen, [False]))))
    for first, end in edges.reshape(-1, 2).tolist():
        if end - first >= _SHORTEST_S * pose.fps:
            yield first, end


def _times(seconds: list[float]) -> FloatArray:
    times: FloatArray = np.maximum(np.array(sorted(seconds), dtype=float), 0.0)
    return times


def _foot(angles: FloatArray, side: str, *, foot_seen: bool) -> _Feet:
    """Planar forward kinematics of one leg from the hip down.

    The ankle is neutral, except for the toe of a foot that is seen in every frame.
    """
    thigh = angles[:, INDEX[f"hip_flexion_{side}"]]
    shank = thigh - angles[:, INDEX[f"knee_angle_{side}"]]
    ankle = _THIGH * np.sin(thigh) + _SHANK * np.sin(shank)
    sole = ankle + _ANKLE * np.sin(shank)
    toe = sole + _TOE * np.cos(shank)
    foot = shank + angles[:, INDEX[f"ankle_angle_{side}"]]
    if foot_seen and np.isfinite(foot).all():
        toe = ankle + _ANKLE * np.sin(foot) + _TOE * np.cos(foot)
    return _Feet(heel=sole - _HEEL * np.cos(shank), toe=toe, thigh=thigh)


def _strike_signal(feet: dict[str, _Feet], fps: float) -> FloatArray:
    """Right foot ahead of the left one; (T,) in body heights."""
    heel = feet["r"].heel - feet["l"].heel
    thigh = feet["r"].thigh - feet["l"].thigh
    return low_pass(heel + _THIGH_WEIGHT * thigh, fps, _STRIKE_CUTOFF_HZ)


def _strikes(feet: dict[str, _Feet], fps: float) -> list[tuple[float, str]]:
    """(frame, side) of each heel strike, sides alternating."""
    ahead = _strike_signal(feet, fps)
    heels = {
        side: [
            low_pass(feet[side].heel - share * feet[other].heel, fps, _HEEL_CUTOFF_HZ)
            for share in _OTHER_HEEL
        ]
        for side, other in (("r", "l"), ("l", "r"))
    }
    struck = []
    for frame, sign in turning_points(ahead, fps, _SHARE, _FLOOR):
        side = "r" if sign > 0 else "l"
        moments = [between_frames(ahead, frame)]
        moments += [_highest_near(h, frame, round(_NEAR_S * fps)) for h in heels[side]]
        struck.append((sum(moments) / len(moments), side))
    return struck


def _highest_near(signal: FloatArray, frame: int, width: int) -> float:
    """Where ``signal`` is highest within ``width`` frames of ``frame``."""
    first = max(0, frame - width)
    near = signal[first : frame + width + 1]
    return between_frames(signal, first + int(np.argmax(near)))


def _offs(
    feet: dict[str, _Feet], strikes: list[tuple[float, str]], fps: float
) -> Iterator[tuple[float, str]]:
    """(frame, side) of each toe-off, one between neighbouring strikes.

    A walker's toe leaves just after the other foot's strike; a runner's before it. The
    search runs from half a step before that strike to 0.7 of a step after it.
    """
    if len(strikes) < 2:
        return
    toes = {side: low_pass(feet[side].toe, fps, _OFF_CUTOFF_HZ) for side in "rl"}
    times = np.array([frame for frame, _ in strikes])
    steps = np.diff(times)
    ahead = np.append(steps, steps[-1])
    # The strike before the first is outside the clip; its toe-off may be inside.
    other = {"r": "l", "l": "r"}
    contacts = [(times[0] - steps[0], other[strikes[0][1]], steps[0])]
    contacts += [(t, s, a) for (t, s), a in zip(strikes, ahead, strict=True)]
    for struck, side, step in contacts:
        toe = toes[other[side]]
        frame = _lowest_inside(toe, struck - 0.5 * step, struck + 0.7 * step)
        if frame is not None:
            yield between_frames(toe, frame), other[side]


def _lowest_inside(toe: FloatArray, start: float, end: float) -> int | None:
    """The frame where ``toe`` is lowest in the window, unless on its border."""
    first, last = max(0, int(np.ceil(start))), min(len(toe), int(np.floor(end)) + 1)
    if last - first < 3:
        return None
    frame = first + int(np.argmin(toe[first:last]))
    return frame if first < frame < last - 1 else None
