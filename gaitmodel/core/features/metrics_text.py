"""The measured metrics as short lines: unit and n with each, gaps named as such."""

from __future__ import annotations

from typing import Final

from gaitmodel.core.records import GaitFeatures, Metric, Quality

_SINGLE: Final = (
    ("cadence", "cadence_spm", 0),
    ("trunk lean", "trunk_lean_deg", 0),
    ("pelvic list range", "pelvis_list_rom_deg", 0),
)
_SIDED: Final = (
    ("step time", "step_time_{}_s", 2),
    ("stride time", "stride_time_{}_s", 2),
    ("swing", "swing_percent_{}", 0),
    ("double support", "double_support_percent_{}", 0),
    ("stride CV", "stride_time_cv_percent_{}", 0),
    ("knee range", "knee_rom_{}_deg", 0),
    ("hip range", "hip_rom_{}_deg", 0),
    ("arm swing", "arm_swing_{}_deg", 0),
    ("heel strikes", "heel_strikes_{}", 0),
    ("toe-offs", "toe_offs_{}", 0),
)


def metrics_text(features: GaitFeatures) -> str:
    """One line per metric, left and right together; then what was not measurable."""
    found = features.metrics
    lines = ["Measured gait metrics (n = steps, strides or frames; ~ = low quality):"]
    absent = []
    for title, key, digits in _SINGLE:
        metric = found.get(key)
        if metric is None or metric.value is None:
            absent.append(title)
        else:
            lines.append(f"{title} {_value(metric, digits)}{_tail(metric)}")
    for title, key, digits in _SIDED:
        left, right = found.get(key.format("left")), found.get(key.format("right"))
        line, gaps = _sides(title, left, right, digits)
        lines += line
        absent += gaps
    if absent:
        lines.append("not measurable: " + ", ".join(absent))
    return "\n".join(lines)


def _value(metric: Metric, digits: int) -> str:
    mark = "~" if metric.quality is Quality.LOW else ""
    return f"{mark}{metric.value:.{digits}f}"


def _tail(metric: Metric) -> str:
    if metric.unit == "count":
        return ""
    unit = metric.unit if metric.unit in ("%", "") else f" {metric.unit}"
    return f"{unit} (n {metric.n})"


def _sides(
    title: str, left: Metric | None, right: Metric | None, digits: int
) -> tuple[list[str], list[str]]:
    """(lines, gaps) of a metric with sides."""
    values, gaps = [], []
    for letter, name, metric in (("L", "left", left), ("R", "right", right)):
        if metric is None or metric.value is None:
            gaps.append(f"{name} {title}")
        else:
            values.append(f"{letter} {_value(metric, digits)}{_tail(metric)}")
    if len(gaps) == 2:
        gaps = [title]
    lines = [f"{title} {', '.join(values)}"] if values else []
    return lines, gaps
