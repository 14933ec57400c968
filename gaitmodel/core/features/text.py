"""Biomechanical tokenization (section 2.2): joint angles and metrics as text.

Angles are in the gravity frame, in whole degrees; pelvis rotation is relative to the
clip's mean heading. Only whole frames are written. An unobserved value is left out (if
its whole column is unobserved) or written as ``?``, never as 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from gaitmodel.core.config import AngleStyle
from gaitmodel.core.features.metrics_text import metrics_text
from gaitmodel.core.features.template import FULL_TEMPLATE
from gaitmodel.core.pose.kinematics import heading, to_gravity
from gaitmodel.core.pose.rotations import wrap
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import AngleText, FloatArray, PoseSequence

__all__ = ["angle_text", "metrics_text"]

_TRUNK: Final = ("pelvis_tilt", "lumbar_extension", "thorax_extension")
_COLUMNS: Final = (
    ("pelvic list", "pelvis_list"),
    ("R hip", "hip_flexion_r"),
    ("R knee", "knee_angle_r"),
    ("L hip", "hip_flexion_l"),
    ("L knee", "knee_angle_l"),
)


def angle_text(
    pose: PoseSequence,
    frame_indices: Sequence[int],
    budget: int,
    count_tokens: Callable[[str], int],
    style: AngleStyle,
) -> AngleText:
    """Joint angles of as many of the frames as fit into ``budget`` tokens.

    If not all fit, frames are chosen evenly over the clip. ``COMPACT`` writes one row
    of six clinically critical angles per frame, ``FULL`` the paper's template.
    """
    wanted = sorted({int(index) for index in frame_indices})
    degrees = _clinical_degrees(pose)
    write = _full if style is AngleStyle.FULL else _compact

    def fitting(count: int) -> AngleText | None:
        chosen = _spread(wanted, count)
        text = write(degrees, chosen, pose.fps)
        tokens = count_tokens(text)
        if tokens > budget:
            return None
        return AngleText(text, chosen, len(wanted) - count, tokens)

    return _largest(fitting, len(wanted)) or AngleText("", (), len(wanted), 0)


def _largest(fitting: Callable[[int], AngleText | None], most: int) -> AngleText | None:
    """The text of the largest number of frames that fits, by bisection."""
    best = None
    low, high = 1, most
    while low <= high:
        # All frames usually fit: try them first.
        count = most if best is None and high == most else (low + high) // 2
        found = fitting(count)
        if found is None:
            high = count - 1
        else:
            best, low = found, count + 1
    return best


def _spread(frames: Sequence[int], count: int) -> tuple[int, ...]:
    places = (np.arange(count) + 0.5) * len(frames) / count
    return tuple(frames[int(place)] for place in places)


def _clinical_degrees(pose: PoseSequence) -> FloatArray:
    """(T, 46) degrees against gravity, rotation relative to the mean heading."""
    angles = to_gravity(pose).angles.astype(float)
    mean, _ = heading(pose)
    if np.isfinite(mean):
        angles[:, 2] = wrap(angles[:, 2] - mean)
    degrees: FloatArray = np.rad2deg(angles)
    return degrees


def _degree(value: float) -> str:
    return "?" if np.isnan(value) else f"{round(value)}"


def _compact(degrees: FloatArray, frames: Sequence[int], fps: float) -> str:
    """A header that names the columns once, then a row per frame."""
    columns = [("trunk lean", -degrees[:, [INDEX[n] for n in _TRUNK]].sum(axis=1))]
    columns += [(title, degrees[:, INDEX[name]]) for title, name in _COLUMNS]
    seen = [
        (title, values[list(frames)])
        for title, values in columns
        if np.isfinite(values[list(frames)]).any()
    ]
    if not seen:
        return "Joint angles: not observed"
    rows = zip(*(values for _, values in seen), strict=True)
    header = f"Joint angles (deg, flexion +), {_when(frames, fps)}: "
    return "\n".join(
        [
            header + ", ".join(title for title, _ in seen),
            *(" ".join(_degree(value) for value in row) for row in rows),
        ]
    )


def _when(frames: Sequence[int], fps: float) -> str:
    first = frames[0] / fps
    if len(frames) == 1:
        return f"1 frame at {first:.2f} s"
    apart = (frames[-1] - frames[0]) / (len(frames) - 1) / fps
    return f"{len(frames)} frames from {first:.2f} s, {apart:.2f} s apart"


def _full(degrees: FloatArray, frames: Sequence[int], fps: float) -> str:
    """The paper's per-frame template; the time follows from the frame number."""
    del fps
    return "\n".join(
        f"Frame {frame}: "
        + FULL_TEMPLATE.format(*(_degree(value) for value in degrees[frame]))
        for frame in frames
    )
