"""The partition of cases: every rater gets each patient about equally often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from annotations.core.allocation.drbg import Drbg


@dataclass(frozen=True)
class CaseKey:
    """A case and its patient, who is used only to balance the partition."""

    case: str
    patient: str


def by_turns(cases: Sequence[CaseKey], drbg: Drbg) -> list[CaseKey]:
    """Cases in rounds over the patients, both patients and cases in random order."""
    piles = defaultdict(list)
    for key in drbg.shuffled(sorted(cases, key=lambda key: (key.patient, key.case))):
        piles[key.patient].append(key)
    patients = drbg.shuffled(sorted(piles))
    rounds = max(len(pile) for pile in piles.values())
    return [
        piles[patient][turn]
        for turn in range(rounds)
        for patient in patients
        if turn < len(piles[patient])
    ]


def shares_of(
    cases: Sequence[CaseKey], n_raters: int, drbg: Drbg
) -> list[list[CaseKey]]:
    """Deal cases to the raters in turn, patient by patient, without restarting.

    Both the loads and each patient's cases then differ by at most one between raters.
    """
    patients = drbg.shuffled(sorted({key.patient for key in cases}))
    ranks = {patient: rank for rank, patient in enumerate(patients)}
    table = drbg.shuffled(range(n_raters))
    shares: list[list[CaseKey]] = [[] for _ in range(n_raters)]
    dealt = sorted(drbg.shuffled(cases), key=lambda key: ranks[key.patient])
    for turn, key in enumerate(dealt):
        shares[table[turn % n_raters]].append(key)
    return shares
