"""Features to and from JSON, in the format of ``gait_report --json``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import (
    GaitEvents,
    GaitFeatures,
    Metric,
    Quality,
    Side,
    View,
)

_EVENTS = ("hs_left", "hs_right", "to_left", "to_right")


def features_to_json(features: GaitFeatures) -> dict[str, Any]:
    """``{fps, frames, view, events, metrics, warnings}``; times in seconds."""
    return {
        "fps": features.fps,
        "frames": features.frames,
        "view": features.view.value,
        "events": {
            name: [round(float(t), 4) for t in getattr(features.events, name)]
            for name in _EVENTS
        },
        "metrics": {
            key: _metric_to_json(metric) for key, metric in features.metrics.items()
        },
        "warnings": list(features.warnings),
    }


def _metric_to_json(metric: Metric) -> dict[str, Any]:
    value = metric.value
    if value is not None and not math.isfinite(value):
        raise ValueError(f"metric {metric.key} is {value}")
    return {
        "value": None if value is None else round(value, 4),
        "unit": metric.unit,
        "n": metric.n,
        "quality": metric.quality.value,
        "reason": metric.reason,
        "side": None if metric.side is None else metric.side.value,
    }


def features_from_json(stored: dict[str, Any]) -> GaitFeatures:
    """The inverse of :func:`features_to_json` (values to four decimals).

    Raises
    ------
    InputError
        If a field is missing or of another kind.
    """
    try:
        return GaitFeatures(
            fps=float(stored["fps"]),
            frames=int(stored["frames"]),
            view=View(stored["view"]),
            events=GaitEvents(
                **{name: np.array(stored["events"][name], float) for name in _EVENTS}
            ),
            metrics={
                key: _metric_from_json(key, metric)
                for key, metric in stored["metrics"].items()
            },
            warnings=tuple(stored.get("warnings", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"stored gait features are unusable: {error!r}") from error


def _metric_from_json(key: str, stored: dict[str, Any]) -> Metric:
    value, side = stored["value"], stored.get("side")
    return Metric(
        key=key,
        value=None if value is None else float(value),
        unit=str(stored["unit"]),
        n=int(stored["n"]),
        quality=Quality(stored["quality"]),
        reason=str(stored["reason"]),
        side=None if side is None else Side(side),
    )
