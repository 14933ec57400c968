"""Numbers on the lead's pages: percent, intervals, p."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def percent(value: float) -> str:
    return f"{100 * value:.1f}"


@register.filter
def percent_interval(value: Sequence[float]) -> str:
    low, high = value
    return f"[{100 * low:.0f}, {100 * high:.0f}]"


@register.filter
def p_value(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


@register.filter
def span(value: timedelta) -> str:
    """A duration in its two largest units."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
