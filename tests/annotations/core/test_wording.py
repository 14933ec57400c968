"""Numbers in print, against fractions."""

from __future__ import annotations

import math
from fractions import Fraction

from annotations.core.wording import p_equals, percent, whole_percent


def half_up(share: Fraction, digits: int) -> str:
    units = math.floor(share * 100 * 10**digits + Fraction(1, 2))
    return f"{units / 10**digits:.{digits}f} %"


def test_every_share_of_up_to_400_readings_is_rounded_half_up() -> None:
    """23 of 80 is 28.75 %, and prints as 28.8 %."""
    for n in range(1, 401):
        for k in range(n + 1):
            share = Fraction(k, n)
            assert percent(k / n) == half_up(share, 1), (k, n)
            assert whole_percent(k / n) == half_up(share, 0), (k, n)


def test_no_p_above_a_twentieth_prints_as_one() -> None:
    """0.0504 beside "no evidence" must not read as 0.050."""
    for thousandth in range(49_000, 52_000):
        p = thousandth / 1_000_000
        printed = float(p_equals(p).removeprefix("= "))
        assert (printed <= 0.05) == (p <= 0.05)
        assert abs(printed - p) <= 0.0005 + 1e-12
    assert p_equals(0.0504) == "= 0.0504"
    assert (p_equals(0.0496), p_equals(0.05), p_equals(0.0516)) == (
        "= 0.050",
        "= 0.050",
        "= 0.052",
    )
