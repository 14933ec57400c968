"""The clinician's page: a table by side with usual bands, and findings in words."""

from __future__ import annotations

from collections.abc import Sequence

from gaitmodel.core.features.findings import what_is_off
from gaitmodel.core.features.norms import known
from gaitmodel.core.features.rows import Cell, Row, metric_rows
from gaitmodel.core.records import GaitFeatures

NAME, COLUMN = 33, 19


def clinician_page(title: str, features: GaitFeatures) -> str:
    """Findings, the table by side, what is not measurable and why, the warnings."""
    rows = metric_rows(features)
    lines = [
        f"{title}: {features.frames} frames at {features.fps:g} per second, "
        f"seen from {_view(features)}",
        *(f"Note: {warning}." for warning in features.warnings),
        "",
        "Outside the usual range",
        *(f"  {sentence}" for sentence in what_is_off(features)),
        "",
        _line("", ["left", "right"], "usual"),
        *(_row_line(row) for row in rows if row.sided),
        "",
        _line("", ["both sides", ""], "usual"),
        *(_row_line(row) for row in rows if not row.sided),
        *_gaps(features),
        "",
        "n: steps, strides or frames behind a value. ~: low quality, with its reason in",
        "--json. ↓ ↑: outside the usual band of healthy adults at a comfortable pace.",
        "Asymmetries are left minus right.",
    ]
    return "\n".join(lines)


def _view(features: GaitFeatures) -> str:
    view = features.view.value
    return "an unknown side" if view == "unknown" else f"the {view}"


def _line(name: str, cells: Sequence[str], band: str) -> str:
    columns = "".join(f"{cell:<{COLUMN}}" for cell in cells)
    return f"{name:<{NAME}}{columns}{band}".rstrip()


def _row_line(row: Row) -> str:
    cells = [_shown(cell) for cell in row.cells]
    return _line(row.name, cells if row.sided else [*cells, ""], row.band)


def _shown(cell: Cell) -> str:
    mark, arrow = "~" if cell.low else "", f" {cell.arrow}" if cell.arrow else ""
    counted = f" (n {cell.n})" if cell.n else ""
    return f"{mark}{cell.text}{arrow}{counted}"


def _gaps(features: GaitFeatures) -> list[str]:
    """What is not measurable, grouped by reason."""
    reasons: dict[str, list[str]] = {}
    for metric in features.metrics.values():
        if metric.value is None:
            side = f" {metric.side.value}" if metric.side else ""
            reasons.setdefault(metric.reason, []).append(known(metric).name + side)
    if not reasons:
        return []
    return [
        "",
        "Not measurable",
        *(f"  {reason}: {', '.join(names)}" for reason, names in reasons.items()),
    ]
