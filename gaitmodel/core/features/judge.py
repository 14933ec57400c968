"""How a list of measurements becomes one metric with a quality and a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from gaitmodel.core.records import FloatArray, Metric, Quality, Side

GOOD_FROM: Final = 3
"""Fewest steps or strides for a mean of good quality."""

CV_FROM, CV_GOOD_FROM = 3, 6
"""Fewest strides for a coefficient of variation at all, and for one of good quality."""


def missing(key: str, unit: str, reason: str, side: Side | None = None) -> Metric:
    """A metric that cannot be measured, with the reason."""
    return Metric(key, None, unit, 0, Quality.NOT_MEASURABLE, reason, side)


def measured(
    key: str, value: float, unit: str, n: int, doubt: str = "", side: Side | None = None
) -> Metric:
    """A measured value; any doubt makes its quality low."""
    quality = Quality.LOW if doubt else Quality.GOOD
    return Metric(key, float(value), unit, n, quality, doubt, side)


def mean_of(
    key: str,
    values: FloatArray | Sequence[float],
    unit: str,
    what: str,
    reason: str,
    side: Side | None = None,
) -> Metric:
    """Mean over steps or strides; ``reason`` is given if there are none."""
    n = len(values)
    if n == 0:
        return missing(key, unit, reason, side)
    return measured(key, float(np.mean(values)), unit, n, rests_on(n, what), side)


def rests_on(n: int, what: str) -> str:
    """The doubt for a mean over few values; empty from ``GOOD_FROM`` on."""
    return f"rests on {n} {what}{'s' if n > 1 else ''} only" if n < GOOD_FROM else ""


def variation_of(key: str, values: FloatArray, reason: str, side: Side) -> Metric:
    """Coefficient of variation in percent (standard deviation with n - 1)."""
    n = len(values)
    if n < CV_FROM:
        why = reason if n == 0 else f"needs at least {CV_FROM} strides, has {n}"
        return missing(key, "%", why, side)
    doubt = f"rests on {n} strides only" if n < CV_GOOD_FROM else ""
    value = 100 * float(np.std(values, ddof=1) / np.mean(values))
    return measured(key, value, "%", n, doubt, side)


def difference_of(key: str, left: Metric, right: Metric, unit: str) -> Metric:
    """Left minus right: in percent of their mean, or in ``unit``."""
    if left.value is None or right.value is None:
        return missing(key, unit, left.reason or right.reason)
    gap = left.value - right.value
    if unit == "%":
        mean = (left.value + right.value) / 2
        if mean == 0:
            return missing(key, unit, "both sides are zero")
        gap = 100 * gap / mean
    return measured(key, gap, unit, min(left.n, right.n), left.reason or right.reason)


def doubted(metric: Metric, doubt: str) -> Metric:
    """The same metric with its quality lowered for a further reason."""
    if metric.value is None:
        return metric
    reason = f"{metric.reason}; {doubt}" if metric.reason else doubt
    return measured(
        metric.key, metric.value, metric.unit, metric.n, reason, metric.side
    )
