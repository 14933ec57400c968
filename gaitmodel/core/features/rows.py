"""The metrics as the rows of a table by side, with bands and marks."""

from __future__ import annotations

from dataclasses import dataclass

from gaitmodel.core.features.findings import by_stem, digits_of, shown_unit
from gaitmodel.core.features.norms import departure, known
from gaitmodel.core.records import GaitFeatures, Metric, Quality, Side

ARROWS = {-1: "↓", 0: "", 1: "↑"}


@dataclass(frozen=True)
class Cell:
    """One value as displayed; ``arrow`` marks a departure from the band."""

    text: str
    arrow: str
    n: int
    low: bool
    reason: str


@dataclass(frozen=True)
class Row:
    """One quantity: left and right, or one cell for both sides; its usual band."""

    name: str
    sided: bool
    cells: tuple[Cell, ...]
    band: str


def metric_rows(features: GaitFeatures) -> list[Row]:
    """A row per quantity in the order of the metrics, left before right."""
    rows = []
    for metrics in by_stem(features).values():
        sided = metrics[0].side is not None
        places = {metric.side: cell_of(metric) for metric in metrics}
        order = list(Side) if sided else [None]
        cells = tuple(places[side] for side in order if side in places)
        rows.append(Row(known(metrics[0]).name, sided, cells, band_of(metrics[0])))
    return rows


def cell_of(metric: Metric) -> Cell:
    """A metric as displayed; a dash if it is not measurable."""
    if metric.value is None:
        return Cell("–", "", 0, False, metric.reason)
    text = f"{metric.value:.{digits_of(metric.unit)}f}{shown_unit(metric.unit)}"
    low = metric.quality is Quality.LOW
    n = 0 if metric.unit == "count" else metric.n
    return Cell(text, ARROWS[departure(metric)], n, low, metric.reason)


def band_of(metric: Metric) -> str:
    """The usual band in words; empty if there is none."""
    band = known(metric).band
    return f"{band[0]:g} to {band[1]:g}" if band else ""
