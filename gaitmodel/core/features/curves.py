"""Hip, knee and pelvis angles over time with the events, as an SVG for a page."""

from __future__ import annotations

from html import escape
from typing import Final

import numpy as np

from gaitmodel.core.pose.kinematics import to_gravity
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import FloatArray, GaitEvents, PoseSequence, Side

WIDTH, PLOT, GAP, LEFT, RIGHT, TOP = 760, 108, 48, 44, 14, 22
_MOST_POINTS: Final = 900
_PANELS: Final = (
    ("Hip flexion", ("hip_flexion_l", "hip_flexion_r")),
    ("Knee flexion", ("knee_angle_l", "knee_angle_r")),
    ("Pelvic list, right side down", ("pelvis_list",)),
)
_KIND: Final = {"hip_flexion_l": "left", "hip_flexion_r": "right",
                "knee_angle_l": "left", "knee_angle_r": "right",
                "pelvis_list": "middle"}  # fmt: skip


def curves_svg(pose: PoseSequence, events: GaitEvents) -> str:
    """Angles in degrees against seconds; gaps stay gaps; strikes and toe-offs marked.

    Left is solid, right dashed, so colour is not needed to distinguish them. The page's
    film moves the group ``playhead``.
    """
    degrees = np.rad2deg(to_gravity(pose).angles.astype(float))
    seconds = max(pose.duration_s, 1 / pose.fps)
    height = TOP + len(_PANELS) * (PLOT + GAP) + 6
    parts = [
        f'<svg class="curves" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'data-seconds="{seconds:.4f}" data-left="{LEFT}" data-width="{_span()}">',
        "<title>Hip, knee and pelvis over time</title>",
        "<desc>Left solid, right dashed, in degrees against seconds. Long marks are "
        "heel strikes, short ones toe-offs.</desc>",
    ]
    for number, (title, names) in enumerate(_PANELS):
        top = TOP + number * (PLOT + GAP)
        parts.append(_panel(title, names, degrees, seconds, top, events))
    parts.append(
        f'<line class="playhead" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{height - GAP}"/>'
    )
    return "".join([*parts, "</svg>"])


def _span() -> int:
    return WIDTH - LEFT - RIGHT


def _panel(
    title: str,
    names: tuple[str, ...],
    degrees: FloatArray,
    seconds: float,
    top: float,
    events: GaitEvents,
) -> str:
    columns = degrees[:, [INDEX[name] for name in names]]
    parts = [
        f'<text class="panel-title" x="{LEFT}" y="{top - 7}">{escape(title)}</text>'
    ]
    if not np.isfinite(columns).any():
        words = "not observed"
        parts.append(f'<text x="{LEFT}" y="{top + PLOT / 2}">{words}</text>')
        return "".join(parts)
    low, high = _limits(columns)
    parts += [_axis(low, high, top), _marks(events, seconds, top)]
    for name, column in zip(names, columns.T, strict=True):
        path = _path(column, seconds, low, high, top)
        parts.append(f'<path class="curve {_KIND[name]}" d="{path}"/>')
    parts.append(_times(seconds, top + PLOT))
    return "".join(parts)


def _limits(columns: FloatArray) -> tuple[float, float]:
    """Multiples of ten around everything shown, at least 20 degrees apart."""
    low = 10 * np.floor(np.nanmin(columns) / 10)
    high = 10 * np.ceil(np.nanmax(columns) / 10)
    return float(low), float(max(high, low + 20))


def _axis(low: float, high: float, top: float) -> str:
    parts = []
    for value in (low, (low + high) / 2, high):
        y = _y(value, low, high, top)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
            f"{value:g}°</text>"
        )
    return "".join(parts)


def _times(seconds: float, y: float) -> str:
    step = next(s for s in (0.5, 1, 2, 5, 10, 30, 60, 1e9) if seconds / s <= 12)
    marks = np.arange(0, seconds, step)
    return "".join(
        f'<text class="tick" x="{_x(t, seconds):.1f}" y="{y + 14}" text-anchor="middle">'
        f"{t:g} s</text>"
        for t in marks
    )


def _marks(events: GaitEvents, seconds: float, top: float) -> str:
    parts = []
    for side in Side:
        for kind, times, share in (
            ("strike", events.heel_strikes(side), 1.0),
            ("off", events.toe_offs(side), 0.3),
        ):
            for time in times:
                x = _x(float(time), seconds)
                parts.append(
                    f'<line class="event {kind} {side.value}" x1="{x:.1f}" x2="{x:.1f}" '
                    f'y1="{top + PLOT * (1 - share):.1f}" y2="{top + PLOT}"/>'
                )
    return "".join(parts)


def _path(
    column: FloatArray, seconds: float, low: float, high: float, top: float
) -> str:
    """A line through the observed frames, broken where nothing was observed."""
    frames = np.arange(0, len(column), max(1, len(column) // _MOST_POINTS))
    words, pen = [], "M"
    for frame in frames:
        value = column[frame]
        if not np.isfinite(value):
            pen = "M"
            continue
        x = _x(frame * seconds / len(column), seconds)
        words.append(f"{pen}{x:.1f} {_y(float(value), low, high, top):.1f}")
        pen = "L"
    return "".join(words)


def _x(time: float, seconds: float) -> float:
    return LEFT + _span() * time / seconds


def _y(value: float, low: float, high: float, top: float) -> float:
    return top + PLOT * (high - value) / (high - low)
