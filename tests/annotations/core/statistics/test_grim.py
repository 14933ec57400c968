"""GRIM on the paper's own tables."""

from __future__ import annotations

import pytest

from annotations.core.errors import StudyError
from annotations.core.statistics.grim import grim
from tests.annotations.core.studies import PRINTED, SUMS


def test_each_mean_of_table_2_is_one_whole_sum() -> None:
    for system, printed in PRINTED.items():
        for text, total in zip(printed, SUMS[system], strict=True):
            assert grim(f"{text} n=52").sums == (total,)


@pytest.mark.parametrize(
    ("claim", "sums"),
    [
        ("69.2% n=52", (36,)),
        ("64.3 % n=266", (171,)),
        ("68.1% n=266", ()),
        ("68.1% n=210", (143,)),
        ("4.20 n=52", ()),
    ],
)
def test_a_claim_is_possible_or_not(claim: str, sums: tuple[int, ...]) -> None:
    assert grim(claim).sums == sums
    assert ("impossible" in grim(claim).sentence) == (not sums)


@pytest.mark.parametrize("claim", ["", "4.23", "x n=52", "4.23 n=0", "4.23 n=-1"])
def test_what_is_no_claim_is_refused(claim: str) -> None:
    with pytest.raises(StudyError, match="GRIM claim reads"):
        grim(claim)


def test_more_sums_than_three_are_not_told_as_three() -> None:
    """4.15 to 4.25 of 500 holds the 51 sums from 2075 to 2125."""
    found = grim("4.2 n=500")
    assert found.sums == tuple(range(2075, 2126))
    assert found.sentence.endswith("the sum is one of 51, 2075 to 2125")


def test_no_share_is_above_all() -> None:
    assert not grim("150% n=10").consistent
    assert grim("100% n=10").sums == (10,)
