"""The allocation keeps its balance for any numbers and any seed."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.core.allocation.balance import balance
from annotations.core.allocation.design import Allocation, allocate, choose_cases
from annotations.core.allocation.partition import CaseKey
from annotations.core.errors import StudyError

PAPER = [CaseKey(f"case{n:02}", f"patient{n % 6}") for n in range(52)]
SEEDS = st.binary(min_size=32, max_size=32)


def spread(counts: list[int]) -> int:
    return max(counts) - min(counts)


@st.composite
def designs(draw: st.DrawFn) -> tuple[list[CaseKey], int, int, bytes, int]:
    n_raters = draw(st.integers(1, 6))
    patients = draw(st.lists(st.integers(0, 8), min_size=n_raters, max_size=60))
    cases = [CaseKey(f"c{n}", f"p{p}") for n, p in enumerate(patients)]
    overlap = draw(st.integers(0, len(cases)))
    return cases, n_raters, draw(st.integers(2, 6)), draw(SEEDS), overlap


def check_orders(allocation: Allocation, rater: int, n_systems: int) -> None:
    orders = [reading.order for reading in allocation.of_rater(rater)]
    assert all(sorted(order) == list(range(n_systems)) for order in orders)
    for place in range(n_systems):
        seen = Counter(order[place] for order in orders)
        assert spread([seen[item] for item in range(n_systems)]) <= 1


@settings(max_examples=2000, deadline=None)
@given(designs())
def test_any_design_is_a_balanced_partition(design) -> None:
    cases, n_raters, n_systems, seed, overlap = design
    allocation = allocate(cases, n_raters, n_systems, seed, overlap=overlap)
    readers = Counter(reading.case.case for reading in allocation.readings)
    for key in cases:
        assert readers[key.case] == (n_raters if key.case in allocation.anchors else 1)
    lists = [allocation.of_rater(rater) for rater in range(n_raters)]
    if overlap < len(cases):
        assert spread([len(share) for share in lists]) <= 1
    for patient in {key.patient for key in cases}:
        met = [sum(r.case.patient == patient for r in share) for share in lists]
        assert spread(met) <= 1
    for rater, share in enumerate(lists):
        assert [r.position for r in share] == list(range(1, len(share) + 1))
        check_orders(allocation, rater, n_systems)
    assert sorted(allocation.systems) == list(range(n_systems))


@settings(max_examples=2000, deadline=None)
@given(designs())
def test_no_patient_comes_twice_running_where_that_can_be_avoided(design) -> None:
    cases, n_raters, n_systems, seed, overlap = design
    allocation = allocate(cases, n_raters, n_systems, seed, overlap=overlap)
    for row in balance(allocation):
        most = max(row.patients.values(), default=0)
        if most <= (row.readings + 1) // 2:
            assert row.same_patient_running == 0


@settings(max_examples=2000, deadline=None)
@given(SEEDS)
def test_the_papers_design_meets_the_measured_balance(seed: bytes) -> None:
    allocation = allocate(PAPER, 4, 3, seed)
    orders = Counter(reading.order for reading in allocation.readings)
    assert len(orders) == 6
    assert set(orders.values()) <= {8, 9}
    places = Counter(
        (place, item)
        for reading in allocation.readings
        for place, item in enumerate(reading.order)
    )
    assert spread(list(places.values())) <= 1
    for row in balance(allocation):
        assert row.readings == 13
        assert set(row.patients.values()) <= {2, 3}
        mine = Counter(reading.order for reading in allocation.of_rater(row.rater))
        assert set(mine.values()) <= {2, 3}
        assert {count for counts in row.places for count in counts} <= {4, 5}


@settings(max_examples=2000, deadline=None)
@given(SEEDS, st.integers(1, 4))
def test_repeats_come_back_late_and_with_new_letters(seed: bytes, repeats: int) -> None:
    allocation = allocate(PAPER, 4, 3, seed, repeats=repeats)
    for rater in range(4):
        readings = allocation.of_rater(rater)
        second = [reading for reading in readings if reading.occasion == 2]
        assert len(second) == repeats
        for again in second:
            (first,) = (r for r in readings if r.case == again.case and r.occasion == 1)
            assert again.position - first.position >= 6
            assert again.order != first.order


@settings(max_examples=50, deadline=None)
@given(SEEDS)
def test_the_same_seed_gives_the_same_allocation_for_ever(seed: bytes) -> None:
    assert allocate(PAPER, 4, 3, seed) == allocate(PAPER[::-1], 4, 3, seed)


def test_one_known_seed_pins_the_generator() -> None:
    allocation = allocate(PAPER, 4, 3, bytes(range(32)))
    first = allocation.of_rater(0)[0]
    assert (first.case.case, first.order, allocation.systems) == (
        "case22",
        (1, 2, 0),
        (0, 2, 1),
    )


def test_the_next_order_does_not_follow_from_the_last() -> None:
    follows: Counter[tuple[tuple[int, ...], tuple[int, ...]]] = Counter()
    for number in range(300):
        allocation = allocate(PAPER, 4, 3, number.to_bytes(32, "big"))
        for rater in range(4):
            orders = [reading.order for reading in allocation.of_rater(rater)]
            follows.update(zip(orders, orders[1:], strict=False))
    counts = [count for (one, two), count in follows.items() if one != two]
    assert len(counts) == 30
    assert max(counts) / min(counts) < 1.4


def test_each_system_is_masked_by_each_index_equally_often() -> None:
    masks = Counter(
        allocate(PAPER, 4, 3, number.to_bytes(32, "big")).systems
        for number in range(600)
    )
    assert len(masks) == 6
    assert max(masks.values()) < 2 * min(masks.values())


def test_chosen_cases_are_spread_over_the_patients() -> None:
    chosen = choose_cases(PAPER, 12, bytes(32))
    assert set(Counter(key.patient for key in chosen).values()) == {2}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cases": PAPER[:3]}, r"fewer cases \(3\) than raters \(4\)"),
        ({"n_raters": 0}, "at least one rater"),
        ({"n_systems": 1}, "compares 2 to 6 systems, not 1"),
        ({"n_systems": 7}, "compares 2 to 6 systems, not 7"),
        ({"seed": b"short"}, "the seed has 5 bytes"),
        ({"overlap": 53}, "overlap is 53"),
        ({"overlap": -1}, "overlap is -1"),
        ({"repeats": 9}, "at most 4 of them twice"),
        ({"repeats": -1}, "-1 repeated cases"),
        ({"cases": [PAPER[0]] * 4}, "listed twice"),
    ],
)
def test_an_impossible_design_is_refused_in_one_sentence(change, sentence) -> None:
    design = {"cases": PAPER, "n_raters": 4, "n_systems": 3, "seed": bytes(32)}
    with pytest.raises(StudyError, match=sentence):
        allocate(**{**design, **change})
