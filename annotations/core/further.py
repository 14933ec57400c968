"""The analyses around the result: what else could explain it, and how far it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotations.core.estimate import Reasons
from annotations.core.ratings import RatedOutput
from annotations.core.table import RatingTable


@dataclass(frozen=True)
class Further:
    """Each part is ``None`` where the ratings cannot tell, with its reason."""


def further(
    table: RatingTable,
    outputs: Sequence[RatedOutput],
    target: str,
    scale: tuple[int, ...],
    reasons: Reasons,
    *,
    mixed: bool = False,
) -> Further:
    """All of them; ``outputs`` include the repeated readings."""
    return Further()
