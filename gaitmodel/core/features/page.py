"""The clinician's page: a table by side with usual bands, and what is off in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gaitmodel.core.features.findings import by_stem, digits_of, findings, shown_unit
from gaitmodel.core.features.norms import departure, known
from gaitmodel.core.records import GaitFeatures, Metric, Quality, Side

NAME, COLUMN, BAND = 33, 19, 16
_ARROWS = {-1: " ↓", 0: "", 1: " ↑"}


def clinician_page(title: str, features: GaitFeatures) -> str:
    """What is off, the table by side, what is not measurable and why, the warnings."""
    stems = by_stem(features)
    sided = [pair for pair in stems.values() if pair[0].side is not None]
    single = [pair[0] for pair in stems.values() if pair[0].side is None]
    lines = [
        f"{title}: {features.frames} frames at {features.fps:g} per second, "
        f"seen from {_view(features)}",
        *(f"Note: {warning}." for warning in features.warnings),
        "",
        "What is off",
        *(f"  {sentence}" for sentence in findings(features) or [_nothing(features)]),
        "",
        f"{'':<{NAME}}{'left':<{COLUMN}}{'right':<{COLUMN}}{'usual':<{BAND}}".rstrip(),
        *_side_lines(sided),
        "",
        f"{'':<{NAME}}{'both sides':<{2 * COLUMN}}{'usual':<{BAND}}".rstrip(),
        *(
            f"{known(m).name:<{NAME}}{_value(m):<{2 * COLUMN}}{_band(m)}".rstrip()
            for m in single
        ),
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


def _nothing(features: GaitFeatures) -> str:
    if all(metric.value is None for metric in features.metrics.values()):
        return "Nothing could be measured; the reasons stand below."
    return "Nothing that was measured lies outside its usual band."


def _side_lines(pairs: Iterable[list[Metric]]) -> Iterator[str]:
    for pair in pairs:
        values = {metric.side: _value(metric) for metric in pair}
        columns = "".join(f"{values.get(side, ''):<{COLUMN}}" for side in Side)
        yield f"{known(pair[0]).name:<{NAME}}{columns}{_band(pair[0])}".rstrip()


def _value(metric: Metric) -> str:
    if metric.value is None:
        return "–"
    mark = "~" if metric.quality is Quality.LOW else ""
    unit = shown_unit(metric.unit)
    counted = "" if metric.unit == "count" else f" (n {metric.n})"
    arrow = _ARROWS[departure(metric)]
    return f"{mark}{metric.value:.{digits_of(metric.unit)}f}{unit}{arrow}{counted}"


def _band(metric: Metric) -> str:
    band = known(metric).band
    return f"{band[0]:g} to {band[1]:g}" if band else ""


def _gaps(features: GaitFeatures) -> list[str]:
    """What is not measurable, each reason once."""
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
