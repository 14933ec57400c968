"""The second world: permuting the systems before allocation leaves the letters' law."""

from collections import Counter
from itertools import permutations

import pytest

from annotations.core.allocation.design import allocate
from annotations.core.allocation.partition import CaseKey

CASES = [CaseKey(f"c{n}", f"p{n % 3}") for n in range(6)]
SEEDS = [number.to_bytes(32, "big") for number in range(2000)]


def letters(n_systems: int, order: tuple[int, ...]) -> Counter[tuple[int, int]]:
    """How often each system stands under each letter, over all seeds.

    ``order`` is how the caller listed the systems; the count is by system, not by
    place in that list.
    """
    counts: Counter[tuple[int, int]] = Counter()
    for seed in SEEDS:
        allocation = allocate(CASES, 1, n_systems, seed)
        for reading in allocation.readings:
            for place, masked in enumerate(reading.order):
                counts[order[allocation.systems[masked]], place] += 1
    return counts


@pytest.mark.parametrize("n_systems", [2, 3])
def test_no_system_is_likelier_under_any_letter_however_they_are_listed(
    n_systems,
) -> None:
    readings = len(SEEDS) * len(CASES)
    fair = readings / n_systems
    # Readings of one seed balance each other, so the spread is below the binomial's.
    bound = 5 * (readings / n_systems * (1 - 1 / n_systems)) ** 0.5
    for order in permutations(range(n_systems)):
        counts = letters(n_systems, order)
        assert len(counts) == n_systems**2
        assert all(abs(count - fair) < bound for count in counts.values())


def test_the_first_cases_letters_do_not_follow_from_the_list() -> None:
    """Each listed place is each letter's of the first case about equally often."""
    first = Counter(
        allocation.systems[allocation.readings[0].order[0]]
        for seed in SEEDS
        for allocation in [allocate(CASES, 1, 3, seed)]
    )
    assert max(first.values()) - min(first.values()) < 0.1 * len(SEEDS)
