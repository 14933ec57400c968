"""How much the result depends on a single patient or evaluator."""

from __future__ import annotations

from dataclasses import dataclass

from annotations.core.statistics.estimate import NotEstimable
from annotations.core.statistics.table import RatingTable

TOO_FAR = 0.10  # a caution is printed when one unit moves the share by more


@dataclass(frozen=True)
class Without:
    """The target's share among the readings of everyone else.

    ``own_k`` of ``own_n`` are the choices of the unit left out.
    """

    left_out: str
    own_k: int
    own_n: int
    k: int
    n: int
    share: float


@dataclass(frozen=True)
class LeaveOneOut:
    """The share without each unit in turn, and its range."""

    unit: str
    share: float
    lowest: float
    highest: float
    without: tuple[Without, ...]

    @property
    def farthest(self) -> float:
        """The largest change of the share by leaving one unit out."""
        return max(self.share - self.lowest, self.highest - self.share)


def leave_one_out(table: RatingTable, column: int, unit: str) -> LeaveOneOut:
    """Leave out each ``unit`` (patient or evaluator) that made a choice.

    Raises
    ------
    NotEstimable
        If no best was chosen, or all choices come from one unit.
    """
    used = table.chosen_of_all
    best, codes = table.best[used], table.unit(unit)[used]
    if not len(best):
        raise NotEstimable("no best was chosen")
    total, n = int((best == column).sum()), len(best)
    found = []
    for code, name in enumerate(table.unit_names(unit)):
        own = best[codes == code]
        if not len(own):
            continue
        own_k, rest = int((own == column).sum()), n - len(own)
        if not rest:
            raise NotEstimable(f"all choices come from one {unit}")
        k = total - own_k
        found.append(Without(name, own_k, len(own), k, rest, k / rest))
    shares = [one.share for one in found]
    return LeaveOneOut(unit, total / n, min(shares), max(shares), tuple(found))
