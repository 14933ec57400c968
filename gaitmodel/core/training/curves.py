"""The curve of a training: ``curves.csv`` and ``curves.svg``, one point per epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gaitmodel.core.store import atomic_path

CSV, SVG = "curves.csv", "curves.svg"
WIDTH, HEIGHT, MARGIN = 480, 150, 44


@dataclass(frozen=True)
class EpochReport:
    """One row of the curve; without validation subjects their values are ``None``."""

    epoch: int
    train_loss: float
    val_loss: float | None
    val_macro_f1: float | None


def write_curves(folder: Path, curve: Sequence[EpochReport]) -> None:
    """Write both files atomically; missing values stay empty."""
    with atomic_path(folder / CSV) as part:
        part.write_text("\n".join([_HEAD, *(_line(one) for one in curve)]) + "\n")
    with atomic_path(folder / SVG) as part:
        part.write_text(_svg(curve))


_HEAD = "epoch,train_loss,val_loss,val_macro_f1"


def _line(one: EpochReport) -> str:
    numbers = (one.train_loss, one.val_loss, one.val_macro_f1)
    cells = ("" if value is None else f"{value:.6g}" for value in numbers)
    return f"{one.epoch},{','.join(cells)}"


def _svg(curve: Sequence[EpochReport]) -> str:
    losses = [one.train_loss for one in curve]
    losses += [one.val_loss for one in curve if one.val_loss is not None]
    top = max(losses, default=1.0) or 1.0
    plots = [
        _plot(0, "loss (solid: training, dashed: validation)", top),
        _line_of(0, [(o.epoch, o.train_loss / top) for o in curve], curve, ""),
        _line_of(
            0,
            [(o.epoch, o.val_loss / top) for o in curve if o.val_loss is not None],
            curve,
            ' stroke-dasharray="5 4"',
        ),
        _plot(HEIGHT + MARGIN, "validation macro F1", 1.0),
        _line_of(
            HEIGHT + MARGIN,
            [(o.epoch, o.val_macro_f1) for o in curve if o.val_macro_f1 is not None],
            curve,
            "",
        ),
    ]
    size = f"{WIDTH + 2 * MARGIN} {2 * (HEIGHT + MARGIN) + MARGIN}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" '
        'font-family="sans-serif" font-size="12"><title>Training curve</title>'
        + "".join(plots)
        + "</svg>\n"
    )


def _plot(top: int, title: str, most: float) -> str:
    y = top + MARGIN
    return (
        f'<rect x="{MARGIN}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="none" '
        f'stroke="#999"/><text x="{MARGIN}" y="{y - 8}">{title}</text>'
        f'<text x="{MARGIN - 6}" y="{y + 10}" text-anchor="end">{most:.3g}</text>'
        f'<text x="{MARGIN - 6}" y="{y + HEIGHT}" text-anchor="end">0</text>'
    )


def _line_of(
    top: int,
    points: Sequence[tuple[int, float]],
    curve: Sequence[EpochReport],
    style: str,
) -> str:
    """Points (epoch, share of the plot's height) as one line."""
    last = max((one.epoch for one in curve), default=1)
    placed = " ".join(
        f"{MARGIN + WIDTH * epoch / last:.1f},"
        f"{top + MARGIN + HEIGHT * (1 - min(max(share, 0.0), 1.0)):.1f}"
        for epoch, share in points
    )
    return f'<polyline points="{placed}" fill="none" stroke="#135e5c"{style}/>'
