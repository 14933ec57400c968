"""The longest text and the right one: nothing but the texts and the places decide."""

from __future__ import annotations

from dataclasses import astuple, replace
from itertools import product

import numpy as np
import pytest

from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.report.analysis import analyse

SYSTEMS = ("ours", "theirs", "others")


def studied(seed: int) -> list[RatedOutput]:
    """30 readings of six patients; one text is right, and the two wrong ones tie."""
    rng, rows = np.random.default_rng(seed), []
    for case in range(30):
        place, right = rng.permutation(3), int(rng.integers(3))
        # the first system is favoured among the wrong ones
        best = int(rng.choice([right, 0, int(rng.integers(3))]))
        rows += [
            RatedOutput(
                case=f"c{case}",
                patient=f"p{case % 6}",
                evaluator=f"e{case % 4}",
                model=name,
                position="ABC"[place[column]],
                scores={"clear": 3},
                best=column == best,
                second=None,
                correct=column == right,
            )
            for column, name in enumerate(SYSTEMS)
        ]
    return rows


def numbers(rows: list[RatedOutput], target: str = "") -> tuple[float, ...]:
    found = analyse(rows, target).further.text["correct"]
    assert found is not None
    assert found.permutation_patient is not None
    return astuple(found.permutation_patient)


@pytest.mark.parametrize("seed", range(5))
def test_neither_rows_nor_names_nor_the_target_decide_between_equal_texts(
    seed: int,
) -> None:
    rows = studied(seed)
    whole = pytest.approx(numbers(rows))
    other = dict(zip(SYSTEMS, ("z", "m", "a"), strict=True))
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    assert numbers(rows[::-1]) == whole
    assert numbers(shuffled) == whole
    assert numbers([replace(o, model=other[o.model]) for o in rows]) == whole
    assert numbers(rows, "others") == whole


def test_p_equals_the_enumeration_of_ranks_by_place() -> None:
    """Three to the power six relabellings of (right, first wrong, second wrong)."""
    rows = studied(1)
    counts = np.zeros((6, 3), dtype=int)
    for at in range(0, len(rows), 3):
        reading = sorted(rows[at : at + 3], key=lambda o: (not o.correct, o.position))
        rank = next(i for i, o in enumerate(reading) if o.best)
        counts[int(rows[at].patient[1:]), rank] += 1
    totals = np.array(
        [
            sum(row[i] for row, i in zip(counts, picks, strict=True))
            for picks in product(range(3), repeat=6)
        ]
    )
    away = abs(counts[:, 0].sum() - counts.sum() / 3)
    wanted = float((abs(totals - counts.sum() / 3) >= away - 1e-9).mean())
    assert numbers(rows)[0] == pytest.approx(wanted)
