"""Table 1's numbers against scikit-learn's definitions, by hand and by property."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from gaitmodel.core.errors import InputError
from gaitmodel.core.scoring.scores import score
from gaitmodel.core.taxonomy import CLASSES

LABELS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from("abcd")),
    min_size=1,
    max_size=40,
)


def test_accuracy_and_f1_of_a_small_table_by_hand() -> None:
    scores = score([0, 0, 1, 1, 2], [0, 1, 1, 1, 0], ["a", "a", "b", "c", "c"])
    assert scores.accuracy == pytest.approx(3 / 5)
    assert scores.per_class_f1["abnormal"] == pytest.approx(2 * 1 / (2 + 2))
    assert scores.per_class_f1["normal"] == pytest.approx(2 * 2 / (2 + 3))
    assert scores.macro_f1 == pytest.approx((0.5 + 0.8) / 8)
    assert scores.macro_f1_present == pytest.approx((0.5 + 0.8 + 0) / 3)
    assert "dcm" in scores.absent
    assert "style" not in scores.absent


def test_all_eight_classes_are_always_named() -> None:
    assert list(score([0], [0], ["a"]).per_class_f1) == [c.value for c in CLASSES]


def test_a_single_subject_gives_an_interval_of_its_own_value() -> None:
    scores = score([0, 1], [0, 0], ["a", "a"])
    assert (scores.ci["accuracy"].lo, scores.ci["accuracy"].hi) == (0.5, 0.5)


def test_an_interval_holds_its_own_value_though_draws_lose_a_class() -> None:
    """One subject a class: a draw lacks most of them, which is nobody's mistake."""
    truth = [0, 0, 1, 2, 3, 3]
    names = ["a", "b", "c", "d", "e", "f"]
    for predicted in (truth, [0, 0, 1, 2, 3, 2], [0, 1, 1, 2, 3, 3]):
        scores = score(truth, predicted, names)
        assert scores.classes_lost > 0.5
        for name, value in {
            "accuracy": scores.accuracy,
            "macro_f1": scores.macro_f1,
            **scores.per_class_f1,
        }.items():
            assert scores.ci[name].lo <= value <= scores.ci[name].hi, name


def test_all_right_is_no_proof_of_perfection() -> None:
    """Six of six: Clopper and Pearson's lower limit is 54 %."""
    names = ["a", "b", "c", "d", "e", "f"]
    scores = score([0] * 6, [0] * 6, names)
    limit = binomtest(6, 6).proportion_ci().low
    assert scores.ci["accuracy"].lo == pytest.approx(limit)
    assert scores.ci["abnormal"].lo == pytest.approx(limit)
    assert scores.ci["macro_f1"].lo == pytest.approx(limit / 8)
    assert scores.ci["macro_f1"].hi == pytest.approx(1 / 8)
    wrong = score([0] * 6, [1] * 6, names)
    assert wrong.ci["accuracy"].hi == pytest.approx(1 - limit)


@given(LABELS)
def test_the_order_of_the_clips_does_not_matter(
    rows: list[tuple[int, int, str]],
) -> None:
    one = score(*zip(*rows, strict=True))  # type: ignore[arg-type]
    other = score(*zip(*rows[::-1], strict=True))  # type: ignore[arg-type]
    assert one == other


@given(LABELS)
def test_every_score_lies_between_nought_and_one(
    rows: list[tuple[int, int, str]],
) -> None:
    scores = score(*zip(*rows, strict=True))  # type: ignore[arg-type]
    values = [scores.accuracy, scores.macro_f1, *scores.per_class_f1.values()]
    assert all(0 <= value <= 1 for value in values)
    assert np.trace(np.array(scores.confusion)) == pytest.approx(
        scores.accuracy * scores.n
    )


def test_nothing_to_score_is_refused() -> None:
    with pytest.raises(InputError):
        score([], [], [])
