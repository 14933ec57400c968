"""A Bland-Altman plot as an SVG: difference against mean, bias and limits drawn."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import numpy as np

from gaitmodel.core.features.bland_altman import Agreement, Pair

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 260, 52, 74, 16, 40
_PAD: Final = 0.12


def bland_altman_svg(
    name: str, unit: str, pairs: Sequence[Pair], found: Agreement
) -> str:
    """Film minus mat over their mean; one dot per walk (details are in the table)."""
    mean = np.array([(pair.film + pair.mat) / 2 for pair in pairs])
    gap = np.array([pair.film - pair.mat for pair in pairs])
    drawn = [v for v in (found.lower, found.upper) if v is not None]
    x0, x1 = _room(mean)
    y0, y1 = _room(np.concatenate([gap, drawn, [0.0]]))

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - x0) / (x1 - x0)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (y1 - value) / (y1 - y0)

    parts = [
        f'<svg class="agreement" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(name)}: film minus mat</title>",
        f'<line class="axis" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>',
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{HEIGHT - BOTTOM}" '
        f'y2="{HEIGHT - BOTTOM}"/>',
        f'<line class="zero" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(0):.1f}" '
        f'y2="{y(0):.1f}"/>',
    ]
    for words, value, style in (
        ("upper", found.upper, "limit"),
        ("bias", found.bias, "bias"),
        ("lower", found.lower, "limit"),
    ):
        if value is not None:
            parts.append(
                f'<line class="{style}" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
                f'y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
                f'<text x="{WIDTH - RIGHT + 6}" y="{y(value) + 4:.1f}">{words} '
                f"{value:.3g}</text>"
            )
    parts += [
        f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3.5"/>'
        for a, b in zip(mean, gap, strict=True)
    ]
    parts += [
        f'<text x="{x(v):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{v:g}</text>'
        for v in _ticks(x0, x1)
    ]
    parts += [
        f'<text x="{LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v:g}</text>'
        for v in _ticks(y0, y1)
    ]
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 6}" '
        f'text-anchor="middle">mean of film and mat, {escape(unit)}</text></svg>'
    )
    return "".join(parts)


def _room(values: np.ndarray) -> tuple[float, float]:
    """Limits of an axis with a small margin, never of zero length."""
    low, high = float(np.min(values)), float(np.max(values))
    pad = _PAD * (high - low) if high > low else max(abs(high), 1.0) * _PAD
    return low - pad, high + pad


def _ticks(low: float, high: float) -> list[float]:
    """Round values inside an axis, three to six of them."""
    rough = (high - low) / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= rough)
    first = int(np.ceil(low / step))
    return [round(k * step, 10) for k in range(first, int(np.floor(high / step)) + 1)]
