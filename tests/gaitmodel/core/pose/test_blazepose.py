"""Film to events by BlazePose: a plumbing test on drawn walkers, and a real film."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.drawn_films import errors_of
from gaitmodel.core.errors import PoseError, WeightsError
from gaitmodel.core.features.measure import measure
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.pose.blazepose import estimate_pose
from gaitmodel.core.pose.blazepose_files import blazepose_files
from gaitmodel.core.records import Quality, Side, View
from gaitmodel.core.sources.synthetic import FPS, plan_cohort
from gaitmodel.core.sources.synthetic_film import frames_of
from gaitmodel.core.taxonomy import GaitClass
from tests.gaitmodel.core.cohort import FOLDER, cohort, matched


@pytest.mark.slow
@pytest.mark.parametrize("label", list(GaitClass))
def test_drawn_walkers_of_each_class_keep_cadence_and_toe_off(
    label: GaitClass,
) -> None:
    plans = [p for p in plan_cohort(7, 6, 1) if p.subject.label is label]
    errors = np.array([errors_of(plan, place) for place, plan in enumerate(plans)])
    cadence, _, toe_off, _ = np.median(np.abs(errors), axis=0)
    assert cadence <= 2
    assert toe_off <= 1 / FPS  # of the leg that the camera sees


def test_a_walker_drawn_from_the_left_is_seen_from_there() -> None:
    clip = replace(plan_cohort(11, 1, 1)[0], heading=-np.pi / 2)
    film = clip.film(clip.walk(2.0), (320, 320))
    pose = estimate_pose(frames_of(film), FPS).pose
    features = measure(pose)
    assert features.view is View.LEFT
    far = [
        m
        for m in features.metrics.values()
        if m.side is Side.RIGHT and "swing" in m.key
    ]
    assert all(metric.quality is not Quality.GOOD for metric in far)


def test_a_film_with_nobody_in_it_is_refused() -> None:
    empty = (np.full((240, 320, 3), 90, np.uint8) for _ in range(30))
    with pytest.raises(PoseError, match="no walker is seen.* 0 of 30 frames"):
        estimate_pose(empty, 30.0)


def test_a_missing_landmark_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"heavy\.tflite"):
        blazepose_files(tmp_path / "heavy.tflite")


@pytest.mark.cohort
@cohort[1]
def test_contacts_in_a_real_film_are_where_the_eye_sees_them() -> None:
    frames = every_frame(FOLDER / "walk" / "sports2d_demo.mp4")
    events = measure(estimate_pose(frames, 30.0).pose).events
    for found, eye in (
        (events.hs_left, (80, 117, 152)),
        (events.hs_right, (98, 135, 171)),
    ):
        errors, missed, _ = matched(np.array(eye, float), 30 * found, 2.0)
        assert missed == 0
        assert np.max(np.abs(errors)) <= 1.5
