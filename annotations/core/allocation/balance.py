"""How balanced an allocation is: what a lead checks before sealing it.

Systems appear by their masked index only, so the table can be shown while the study is
blind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from annotations.core.allocation.design import Allocation, Reading


@dataclass(frozen=True)
class RaterBalance:
    """One rater's share: cases per patient, and position counts per masked system."""

    rater: int
    readings: int
    patients: dict[str, int]
    places: tuple[tuple[int, ...], ...]
    same_patient_running: int


def balance(allocation: Allocation) -> tuple[RaterBalance, ...]:
    """The balance of each rater, in order."""
    raters = sorted({reading.rater for reading in allocation.readings})
    return tuple(_rater_balance(rater, allocation.of_rater(rater)) for rater in raters)


def _rater_balance(rater: int, readings: Sequence[Reading]) -> RaterBalance:
    systems = range(len(readings[0].order))
    patients = [reading.case.patient for reading in readings]
    return RaterBalance(
        rater=rater,
        readings=len(readings),
        patients=dict(sorted(Counter(patients).items())),
        places=tuple(
            tuple(
                sum(reading.order[place] == system for reading in readings)
                for place in systems
            )
            for system in systems
        ),
        same_patient_running=sum(
            one == two for one, two in zip(patients, patients[1:], strict=False)
        ),
    )
