"""The two pictures of a system: confusion matrix and reliability, as SVG.

Written by hand: rectangles, lines and text, colours from the page's own style sheet,
so the web process needs no plotting library. Each has a table beside it on the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from gaitmodel.core.taxonomy import CLASSES

CELL, LEFT, TOP = 46, 76, 34
HEAD = 22  # above the columns' names: what they are
SIDE = 320


def confusion_svg(confusion: Sequence[Sequence[int]], title: str) -> str:
    """Rows truth, columns prediction; a cell's shade is its share of the row."""
    size = CELL * len(CLASSES)
    top = TOP + HEAD
    parts = [_open(LEFT + size + 8, top + size + 8, f"Confusion matrix of {title}")]
    parts.append(_text(LEFT + size / 2, 14, "predicted class"))
    parts.append(_text(LEFT - 8, top - 10, "truth", "end"))
    for column, member in enumerate(CLASSES):
        x = LEFT + CELL * (column + 0.5) - 1
        parts.append(_text(x, top - 10, member.short_name))
    for row, (member, counts) in enumerate(zip(CLASSES, confusion, strict=True)):
        y = top + CELL * row
        parts.append(_text(LEFT - 8, y + CELL / 2 + 4, member.short_name, "end"))
        total = sum(counts)
        for column, count in enumerate(counts):
            x = LEFT + CELL * column
            share = count / total if total else 0.0
            parts.append(
                f'<rect class="cell" x="{x}" y="{y}" width="{CELL - 2}" '
                f'height="{CELL - 2}" fill-opacity="{0.06 + 0.6 * share:.3f}"/>'
            )
            if count:
                parts.append(_text(x + CELL / 2 - 1, y + CELL / 2 + 4, str(count)))
    return "".join([*parts, "</svg>"])


def reliability_svg(bins: Sequence[Mapping[str, Any]], title: str) -> str:
    """Accuracy over confidence in each bin; the diagonal is perfect calibration."""
    parts = [_open(LEFT + SIDE + 24, TOP + SIDE + 44, f"Reliability of {title}")]
    parts.append(
        f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>'
        f'<line class="ideal" x1="{LEFT}" y1="{TOP + SIDE}" x2="{LEFT + SIDE}" y2="{TOP}"/>'
    )
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = LEFT + SIDE * tick, TOP + SIDE * (1 - tick)
        parts.append(_text(x, TOP + SIDE + 18, f"{tick:g}"))
        parts.append(_text(LEFT - 8, y + 4, f"{tick:g}", "end"))
    most = max((int(one["n"]) for one in bins), default=1)
    for one in bins:
        x = LEFT + SIDE * one["confidence"]
        y = TOP + SIDE * (1 - one["accuracy"])
        radius = 3 + 9 * (one["n"] / most) ** 0.5
        parts.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
        )
    parts.append(_text(LEFT + SIDE / 2, TOP + SIDE + 38, "stated probability"))
    parts.append(_text(LEFT, TOP - 12, "share that was right", "start"))
    return "".join([*parts, "</svg>"])


def _open(width: float, height: float, title: str) -> str:
    return (
        f'<svg class="plot" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
    )


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'
