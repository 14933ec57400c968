"""Numbers as the report prints them: half up, never banker's rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def rounded(value: float | None, digits: int = 2) -> str:
    """A number to fixed digits, a dash where there is none."""
    if value is None:
        return "–"
    step = Decimal(1).scaleb(-digits)
    return str(Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP))


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal."""
    return "–" if share is None else f"{rounded(100 * share, 1)} %"


def p_text(p: float | None) -> str:
    """A p value to three decimals, ``<0.001`` below."""
    if p is None:
        return "–"
    return "<0.001" if p < 0.001 else rounded(p, 3)
