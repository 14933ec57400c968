"""GRIM: is a printed mean possible for n whole numbers? (Brown & Heathers 2017)"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from annotations.core.errors import StudyError

CLAIM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*[,;]?\s*n\s*=\s*(\d+)\s*")


@dataclass(frozen=True)
class GrimResult:
    """``sums``: the totals of n whole numbers that print as the mean; may be empty."""

    printed: str
    n: int
    sums: tuple[int, ...]

    @property
    def consistent(self) -> bool:
        return bool(self.sums)

    @property
    def sentence(self) -> str:
        if not self.sums:
            return (
                f"{self.printed} with n = {self.n} is impossible: no sum of {self.n} "
                f"whole numbers gives it"
            )
        which = " or ".join(str(total) for total in self.sums)
        if len(self.sums) > 3:
            which = f"one of {len(self.sums)}, {self.sums[0]} to {self.sums[-1]}"
        return f"{self.printed} with n = {self.n} is possible: the sum is {which}"


def grim(claim: str) -> GrimResult:
    """Check a claim such as ``4.23 n=52`` or ``69.2% n=52``.

    A whole k fits if |k/n - printed| is at most half a unit of the last digit.

    Raises
    ------
    StudyError
        If the claim cannot be read.
    """
    found = CLAIM.fullmatch(claim)
    if not found or not int(found[3]):
        raise StudyError(
            f'a GRIM claim reads "4.23 n=52" or "69.2% n=52", not {claim!r}'
        )
    text, sign, n = found[1], found[2], int(found[3])
    unit = 100 if sign else 1
    digits = len(text.partition(".")[2])
    half = Fraction(1, 2 * 10**digits)
    low = (Fraction(text) - half) * n / unit
    high = (Fraction(text) + half) * n / unit
    most = min(math.floor(high), n) if sign else math.floor(high)  # k of n at most
    sums = range(max(0, math.ceil(low)), most + 1)
    return GrimResult(f"{text}{sign and ' %'}", n, tuple(sums))
