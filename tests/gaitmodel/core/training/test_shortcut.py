"""The shortcut test: a trap of scenes, and who falls into it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gaitmodel.core.config import FusionConfig, TrainConfig
from gaitmodel.core.sources.synthetic_shortcut import plan_trap
from gaitmodel.core.training.shortcut import drawn_clips, shortcut_test
from gaitmodel.core.training.workplace import Workplace


def test_the_stage_tells_the_class_in_training_and_another_when_swapped() -> None:
    cohort = plan_trap(0, train=2, val=1, test=1)
    assert all(c.stage == c.subject.label.position for c in cohort.train + cohort.test)
    assert all(c.stage != c.subject.label.position for c in cohort.swapped)
    sides = {c.stage: np.sign(c.heading) for c in cohort.train + cohort.swapped}
    assert set(sides.values()) == {-1.0, 1.0}
    people = [{c.subject.name for c in part} for part in (cohort.train, cohort.test)]
    assert not people[0] & people[1]


def test_a_swapped_film_shows_another_scene_and_the_same_walk(tmp_path: Path) -> None:
    cohort = plan_trap(0, train=1, val=1, test=1)
    plain, swapped = (
        drawn_clips(tmp_path, part[:1], 2.0)[0]
        for part in (cohort.test, cohort.swapped)
    )
    assert plain.given.seen().sha256 != swapped.given.seen().sha256
    assert (plain.label, plain.subject) == (swapped.label, swapped.subject)
    legs = slice(3, 17)
    gap = plain.given.pose.angles[:, legs] - swapped.given.pose.angles[:, legs]
    assert np.abs(gap).max() < 1e-5


def test_a_film_is_kept_for_the_very_same_walk_alone(tmp_path: Path) -> None:
    few, more = (plan_trap(0, train=1, val=1, test=n) for n in (1, 2))
    one, again, other = (
        drawn_clips(tmp_path, cohort.test[:1], 2.0)[0].given.seen()
        for cohort in (few, few, more)
    )
    assert one == again
    assert few.test[0].name != more.test[0].name or one.sha256 != other.sha256
    assert len(list(tmp_path.iterdir())) == 2


def test_the_pose_model_is_blind_to_the_swap(
    workplace: Workplace, tmp_path: Path
) -> None:
    (row,) = shortcut_test(
        {"biogait_plus": "none"},
        plan_trap(0, train=2, val=1, test=1),
        tmp_path,
        workplace,
        TrainConfig(epochs=1),
        FusionConfig(4),
        lambda: datetime(2026, 1, 1, tzinfo=UTC),
        lambda share, stage: None,
        duration_s=2.0,
    )
    assert row.n == 8
    assert row.as_trained == row.swapped > 0.5
