"""The pose model on real walks, subject by subject held out."""

from __future__ import annotations

import pytest

from benchmarks.pose_model import judged
from tests.gaitmodel.core.cohort import FOLDER, cohort

pytestmark = [*cohort, pytest.mark.slow]


def test_the_pose_model_finds_the_classes_of_people_it_never_saw() -> None:
    accuracy, macro_f1, ece = judged(FOLDER / "gavd_hsmr", ["a"])["a"]
    assert accuracy >= 0.62
    assert macro_f1 >= 0.60
    assert ece <= 0.08
