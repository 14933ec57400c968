"""A planned study in numbers, and the smallest p that it could yield."""

from __future__ import annotations

import math
from dataclasses import dataclass

from annotations.core.errors import StudyError

LARGEST_ICC = 0.6  # simulated tastes are calibrated up to this


def smallest_p(clusters: int, systems: int) -> float:
    """The smallest p of this many clusters: each always chooses the same system.

    With two systems, always choosing either is equally far from chance.
    """
    ends = 2 if systems == 2 else 1
    return min(1.0, ends * float(systems) ** -clusters)


@dataclass(frozen=True)
class Design:
    """The planned numbers and the expected truth. ``share`` is the target's."""

    cases: int
    patients: int
    evaluators: int
    raters_per_case: int = 1
    systems: int = 3
    share: float = 0.6
    icc_patient: float = 0.10
    icc_evaluator: float = 0.05
    alpha: float = 0.05

    def __post_init__(self) -> None:
        for name in ("cases", "patients", "evaluators", "raters_per_case"):
            if getattr(self, name) < 1:
                raise StudyError(f"{name} is {getattr(self, name)}; it must be above 0")
        if self.patients > self.cases:
            raise StudyError(
                f"{self.patients} patients need at least as many cases, not {self.cases}"
            )
        if self.raters_per_case > self.evaluators:
            raise StudyError(
                f"{self.raters_per_case} evaluators per case need as many evaluators, not "
                f"{self.evaluators}"
            )
        if not 2 <= self.systems <= 6:
            raise StudyError(f"systems is {self.systems}; a study compares 2 to 6")
        for name in ("share", "alpha"):
            if not 0 < (value := getattr(self, name)) < 1:
                raise StudyError(f"{name} is {value:g}; it must lie between 0 and 1")

    def floor(self, unit: str) -> float:
        """The smallest p that the planned number of patients or evaluators can give."""
        clusters = self.patients if unit == "patient" else self.evaluators
        return smallest_p(clusters, self.systems)

    def fewest(self) -> int:
        """The fewest patients, and evaluators, with which p can reach alpha."""
        ends = 2 if self.systems == 2 else 1
        return math.ceil(math.log(ends / self.alpha) / math.log(self.systems) - 1e-9)


def check_floor(design: Design) -> None:
    """Refuse a design that cannot reach alpha whatever the raters answer.

    Raises
    ------
    StudyError
        Names numbers that would suffice.
    """
    for unit in ("patient", "evaluator"):
        floor = design.floor(unit)
        if floor > design.alpha:
            raise StudyError(
                f"with {getattr(design, f'{unit}s')} {unit}s no result can reach "
                f"p = {design.alpha:g}: the smallest p is {floor:.2g}; plan at least "
                f"{design.fewest()} patients and {design.fewest()} evaluators"
            )
