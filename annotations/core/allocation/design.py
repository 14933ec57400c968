"""The allocation: who reads which case when, and the order of the letters.

A pure function of the cases, the numbers and one secret seed. It is computed once,
stored as rows and sealed; never recomputed for a page. Systems appear only as indices
shuffled by the seed, so nothing here can favour one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotations.core.allocation.drbg import Drbg, check_seed
from annotations.core.allocation.orders import Order, orders_for_raters
from annotations.core.allocation.partition import CaseKey, by_turns, shares_of
from annotations.core.allocation.sequence import (
    check_repeats,
    letters_changed,
    sequence,
)
from annotations.core.errors import StudyError

MIN_SYSTEMS, MAX_SYSTEMS = 2, 6


@dataclass(frozen=True)
class Reading:
    """One rater reads one case: ``order[0]`` is the masked system shown as A."""

    rater: int
    case: CaseKey
    position: int
    occasion: int
    order: Order


@dataclass(frozen=True)
class Allocation:
    """All readings, and the index in the caller's list of each masked system."""

    readings: tuple[Reading, ...]
    systems: tuple[int, ...]
    anchors: tuple[str, ...]

    def of_rater(self, rater: int) -> tuple[Reading, ...]:
        return tuple(reading for reading in self.readings if reading.rater == rater)


def choose_cases(
    cases: Sequence[CaseKey], wanted: int, seed: bytes
) -> tuple[CaseKey, ...]:
    """Choose ``wanted`` cases, spread as evenly over the patients as possible."""
    if wanted < 1:
        raise StudyError(f"{wanted} cases are wanted; a study needs at least 1")
    if wanted > len(cases):
        raise StudyError(
            f"{wanted} cases are wanted, but there are {len(cases)} to choose from"
        )
    return tuple(by_turns(cases, Drbg(check_seed(seed), "cases"))[:wanted])


def allocate(
    cases: Sequence[CaseKey],
    n_raters: int,
    n_systems: int,
    seed: bytes,
    overlap: int = 0,
    repeats: int = 0,
) -> Allocation:
    """Allocate cases to raters and systems to letters.

    Parameters
    ----------
    cases
        Distinct cases with their patients.
    n_raters, n_systems
        At least one rater; two to six systems.
    seed
        32 secret bytes; the same seed always gives the same allocation.
    overlap
        Anchor cases, read by every rater; the others are read by one rater each.
    repeats
        Cases that each rater reads a second time, far from the first.

    Raises
    ------
    StudyError
        If the design cannot be made, in one sentence.
    """
    _check(cases, n_raters, n_systems, overlap)
    spread = by_turns(cases, Drbg(check_seed(seed), "partition"))
    anchors, others = spread[:overlap], spread[overlap:]
    lists = [
        [*anchors, *share]
        for share in shares_of(others, n_raters, Drbg(seed, "shares"))
    ]
    check_repeats(min(len(share) for share in lists), repeats)
    sequences = [
        sequence(share, repeats, Drbg(seed, f"sequence {rater}"))
        for rater, share in enumerate(lists)
    ]
    orders = orders_for_raters(
        [len(one) for one in sequences], n_systems, Drbg(seed, "orders")
    )
    return Allocation(
        readings=tuple(
            reading
            for rater, one in enumerate(sequences)
            for reading in _readings(
                rater, one, orders[rater], Drbg(seed, f"again {rater}")
            )
        ),
        systems=tuple(Drbg(seed, "systems").shuffled(range(n_systems))),
        anchors=tuple(key.case for key in anchors),
    )


def _check(
    cases: Sequence[CaseKey], n_raters: int, n_systems: int, overlap: int
) -> None:
    if n_raters < 1:
        raise StudyError(f"a study needs at least one rater, not {n_raters}")
    if not MIN_SYSTEMS <= n_systems <= MAX_SYSTEMS:
        raise StudyError(
            f"a study compares {MIN_SYSTEMS} to {MAX_SYSTEMS} systems, not {n_systems}"
        )
    if len(cases) < n_raters:
        raise StudyError(
            f"the study has fewer cases ({len(cases)}) than raters ({n_raters})"
        )
    if len({key.case for key in cases}) < len(cases):
        raise StudyError("a case is listed twice; list each case once")
    if not 0 <= overlap <= len(cases):
        raise StudyError(
            f"the overlap is {overlap}; it must lie between 0 and the "
            f"{len(cases)} cases"
        )


def _readings(
    rater: int,
    cases: Sequence[tuple[CaseKey, int]],
    orders: Sequence[Order],
    drbg: Drbg,
) -> list[Reading]:
    """Combine sequence and orders; a repeated case never keeps its letters."""
    placed = letters_changed([key.case for key, _ in cases], list(orders), drbg)
    return [
        Reading(rater, key, position, occasion, order)
        for position, ((key, occasion), order) in enumerate(
            zip(cases, placed, strict=True), start=1
        )
    ]
