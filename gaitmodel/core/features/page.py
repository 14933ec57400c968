"""The clinician's page: metrics by side, with plain words for what cannot be trusted."""

from __future__ import annotations

from gaitmodel.core.records import GaitFeatures, Metric, Quality, Side

COLUMN = 22


def clinician_page(title: str, features: GaitFeatures) -> str:
    """A table by side, then what is not measurable, then the warnings."""
    both = [m for m in features.metrics.values() if m.side is None]
    sided = [m for m in features.metrics.values() if m.side is not None]
    lines = [
        f"{title}: {features.frames} frames at {features.fps:g} per second, "
        f"seen from {features.view.value}",
        "",
        f"{'':<34}{'left':<{COLUMN}}{'right':<{COLUMN}}",
        *_side_lines(sided),
        "",
        *(f"{_words(m.key):<34}{_value(m)}" for m in both),
    ]
    unmeasured = [m for m in features.metrics.values() if m.value is None]
    if unmeasured:
        lines += ["", "Not measurable:"]
        lines += [f"  {_words(m.key)}: {m.reason}" for m in unmeasured]
    if features.warnings:
        lines += ["", *(f"Note: {warning}" for warning in features.warnings)]
    lines += ["", "~ low quality: see the reason in --json. n: what it rests on."]
    return "\n".join(lines)


def _side_lines(metrics: list[Metric]) -> list[str]:
    pairs: dict[str, dict[Side, Metric]] = {}
    for metric in metrics:
        if metric.side is not None:
            stem = metric.key.replace(f"_{metric.side.value}", "")
            pairs.setdefault(stem, {})[metric.side] = metric
    return [
        f"{_words(stem):<34}"
        + "".join(
            f"{_value(sides[side]) if side in sides else '':<{COLUMN}}" for side in Side
        )
        for stem, sides in pairs.items()
    ]


def _words(key: str) -> str:
    """A metric's key in words, its unit left to the value."""
    for unit in ("_deg", "_spm", "_s", "_percent"):
        key = key.removesuffix(unit)
    return key.replace("_percent", "").replace("_", " ")


def _value(metric: Metric) -> str:
    if metric.value is None:
        return "–"
    mark = "~" if metric.quality is Quality.LOW else ""
    digits = 2 if metric.unit == "s" else 0 if metric.unit in ("count", "") else 1
    return f"{mark}{metric.value:.{digits}f} {metric.unit} (n {metric.n})"
