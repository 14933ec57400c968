"""Counts alone give the very numbers that the whole analysis gives."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.core.instrument.criteria import LIKERT
from annotations.core.ratings.rated_output import Counted, RatedOutput
from annotations.core.report.analysis import analyse
from annotations.core.report.counted import counted_analysis, counted_table
from tests.annotations.core.studies import random_study


def counted(outputs: list[RatedOutput]) -> list[Counted]:
    found = Counter(
        (o.patient, o.model, c, v)
        for o in outputs
        if o.occasion == 1
        for c, v in o.scores.items()
        if v is not None
    )
    return [(*key, count) for key, count in found.items()]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_counts_give_the_numbers_of_the_whole_analysis(seed: int) -> None:
    outputs = random_study(seed)
    whole, quick = analyse(outputs), counted_analysis(counted(outputs), LIKERT)
    assert quick.ratings == whole.n.ratings
    for criterion, systems in quick.scores.items():
        for system, found in systems.items():
            expected = whole.criteria[criterion].systems[system]
            assert found.counts == expected.counts
            for name in ("n", "mean", "sd", "median"):
                assert getattr(found, name) == pytest.approx(getattr(expected, name))
            assert (found.ci_patient is None) == (expected.ci_patient is None)
            if found.ci_patient and expected.ci_patient:
                for name in ("lo", "hi", "df", "se"):
                    assert getattr(found.ci_patient, name) == pytest.approx(
                        getattr(expected.ci_patient, name)
                    )


def test_one_patient_gives_means_and_a_reason() -> None:
    found = counted_analysis([("p", "full", "grounding", 4, 3)], LIKERT)
    scores = found.scores["grounding"]["full"]
    assert (scores.mean, scores.ci_patient) == (4.0, None)
    assert "one patient" in found.reasons["criteria.grounding.systems.full.ci_patient"]


def test_the_note_says_how_the_bootstrap_was_done() -> None:
    """Up to eight patients every multiset is counted, 6,435 at most; no draw is made."""
    for patients, words in ((8, "in every way"), (9, "drawn 10,000 times")):
        rows = [(f"p{i}", "full", "grounding", 1 + i % 5, 3) for i in range(patients)]
        note = counted_table(counted_analysis(rows, LIKERT)).note
        assert words in note
        assert ("10,000" in note) == (patients > 8)
