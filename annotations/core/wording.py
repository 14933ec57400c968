"""Numbers as the report prints them: half up, never banker's rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

DASH = "–"
ALPHA = 0.05


def rounded(value: float | None, digits: int = 2) -> str:
    """A number to fixed digits, a dash where there is none."""
    return DASH if value is None else _half_up(Decimal(repr(float(value))), digits)


def _half_up(value: Decimal, digits: int) -> str:
    step = Decimal(1).scaleb(-digits)
    text = str(value.quantize(step, ROUND_HALF_UP))
    return text.removeprefix("-") if not float(text) else text


def _hundredfold(share: float) -> Decimal:
    """In decimals: as floats, 100 x 0.2875 is below 28.75."""
    return 100 * Decimal(repr(float(share)))


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal."""
    return DASH if share is None else f"{_half_up(_hundredfold(share), 1)} %"


def whole_percent(share: float | None) -> str:
    """A share as a percentage without decimals, for running text."""
    return DASH if share is None else f"{_half_up(_hundredfold(share), 0)} %"


def counted(number: int, noun: str) -> str:
    """``1 patient``, ``6 patients``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def p_text(p: float | None) -> str:
    """A p value to three decimals, ``<0.001`` below."""
    if p is None:
        return DASH
    return "<0.001" if p < 0.001 else rounded(p, 3)


def p_floor(p: float) -> str:
    """A floor with two significant digits: 0.0014 is worth telling from 0.001."""
    if p < 0.0001:
        return "<0.0001"
    return rounded(p, 5 if p < 0.001 else 4 if p < 0.01 else 3)


def p_equals(p: float) -> str:
    """``= 0.012`` or ``< 0.001``, to follow the letter p.

    A p above alpha never prints as alpha: beside "no evidence" 0.0504 is not 0.050.
    """
    if p < 0.001:
        return "< 0.001"
    digits = next(
        (d for d in (3, 4, 5) if p <= ALPHA or float(rounded(p, d)) > ALPHA), 6
    )
    return f"= {rounded(p, digits)}"
