"""GRIM on the paper's own tables."""

from __future__ import annotations

import pytest

from annotations.core.errors import StudyError
from annotations.core.grim import grim
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
