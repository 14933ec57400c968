"""Splits that share no subject."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import ClipRef, Split
from gaitmodel.core.sources.splits import (
    check_disjoint,
    paper_split,
    subject_disjoint_split,
)
from gaitmodel.core.taxonomy import CLASSES, GaitClass


def clips(subjects_per_class: int, clips_per_subject: int = 2) -> list[ClipRef]:
    return [
        ClipRef(f"{one}-{s}-{c}", f"{one}-{s}", one, "test")
        for one in CLASSES
        for s in range(subjects_per_class)
        for c in range(clips_per_subject)
    ]


@given(st.integers(1, 9), st.integers(0, 99), st.sampled_from([0.0, 0.2, 0.4]))
def test_no_subject_is_ever_in_two_splits_and_every_class_is_trained(
    subjects: int, seed: int, val: float
) -> None:
    cohort_ = clips(subjects)
    split = subject_disjoint_split(cohort_, seed, val, 0.25)
    check_disjoint(cohort_, split)
    assert set(split) == {clip.clip for clip in cohort_}
    trained = {c.label for c in cohort_ if split[c.clip] is Split.TRAIN}
    assert trained == set(CLASSES)


def test_classes_are_represented_in_each_split_where_subjects_allow() -> None:
    cohort_ = clips(4)
    split = subject_disjoint_split(cohort_, 1, 0.25, 0.25)
    counts = Counter((c.label, split[c.clip]) for c in cohort_)
    for one in CLASSES:
        assert counts[one, Split.TRAIN] == 4
        assert counts[one, Split.VAL] == 2
        assert counts[one, Split.TEST] == 2


def test_a_split_depends_on_the_seed_and_not_on_the_order_of_clips() -> None:
    cohort_ = clips(5)
    once = subject_disjoint_split(cohort_, 3, 0.2, 0.2)
    assert once == subject_disjoint_split(cohort_[::-1], 3, 0.2, 0.2)
    assert once != subject_disjoint_split(cohort_, 4, 0.2, 0.2)


@pytest.mark.parametrize(("val", "test"), [(-0.1, 0.2), (0.5, 0.5), (0.2, 1.0)])
def test_fractions_that_leave_no_training_are_refused(val: float, test: float) -> None:
    with pytest.raises(InputError, match="fractions"):
        subject_disjoint_split(clips(3), 0, val, test)


def test_an_overlap_names_the_subject_and_both_clips() -> None:
    one, two = clips(1)[:2]
    split = {one.clip: Split.TRAIN, two.clip: Split.TEST}
    with pytest.raises(InputError, match=f"{one.subject}.*{one.clip}.*{two.clip}"):
        check_disjoint([one, two], split)
    check_disjoint([replace(one, split=Split.TRAIN), replace(two, split=None)])


def test_the_papers_recipe_takes_four_fifths_and_never_all_of_several() -> None:
    cohort_ = clips(5) + [ClipRef("lone", "lone", GaitClass.STYLE, "test")]
    split = paper_split(cohort_)
    check_disjoint(cohort_, split)
    two = paper_split(clips(2))
    assert Counter(two.values()) == {Split.TRAIN: 16, Split.TEST: 16}
    assert Counter(split[c.clip] for c in clips(5) if c.label is GaitClass.DCM) == {
        Split.TRAIN: 8,
        Split.TEST: 2,
    }
