"""Film to events by BlazePose: a plumbing test on drawn walkers, and a real film."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.errors import PoseError, WeightsError
from gaitmodel.core.features.measure import measure
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.pose.blazepose import estimate_pose
from gaitmodel.core.pose.blazepose_files import blazepose_files
from gaitmodel.core.records import Side, View
from gaitmodel.core.sources.synthetic import FPS, plan_cohort
from gaitmodel.core.sources.synthetic_film import frames_of
from gaitmodel.core.taxonomy import GaitClass
from tests.gaitmodel.core.cohort import FOLDER, cohort, matched


def test_a_drawn_walker_from_the_side_keeps_cadence_and_toe_off() -> None:
    clip = next(c for c in plan_cohort(11, 1, 1) if c.subject.label is GaitClass.NORMAL)
    clip = replace(clip, heading=-np.pi / 2)
    walked = clip.walk(4.0)
    film = clip.film(walked, (320, 320))
    features = measure(estimate_pose(frames_of(film), FPS).pose)
    assert features.view is View.LEFT
    strikes = np.sort(np.concatenate([walked.events.hs_left, walked.events.hs_right]))
    truth = 60 * (len(strikes) - 1) / (strikes[-1] - strikes[0])
    assert features.metrics["cadence_spm"].value == pytest.approx(truth, abs=2)
    errors: list[float] = []
    for side in Side:
        real, found = walked.events.toe_offs(side), features.events.toe_offs(side)
        errors += matched(real, found, 0.15)[0]
    assert len(errors) >= 4
    assert np.median(np.abs(errors)) <= 2 / FPS  # one clip; a class median is 1


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
