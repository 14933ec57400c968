"""The records that travel: frozen, and honest about sides and durations."""

import dataclasses

import numpy as np
import pytest

from gaitmodel.core import records
from gaitmodel.core.records import GaitEvents, PoseSequence, Side


def test_every_record_is_frozen() -> None:
    classes = [
        value
        for value in vars(records).values()
        if dataclasses.is_dataclass(value) and value.__module__ == records.__name__
    ]
    assert len(classes) >= 10
    assert all(one.__dataclass_params__.frozen for one in classes)


def test_events_are_found_by_side() -> None:
    events = GaitEvents(*(np.array([float(i)]) for i in range(4)))
    assert events.heel_strikes(Side.LEFT) == [0]
    assert events.heel_strikes(Side.RIGHT) == [1]
    assert events.toe_offs(Side.LEFT) == [2]
    assert events.toe_offs(Side.RIGHT) == [3]


def test_a_pose_lasts_as_long_as_its_frames() -> None:
    pose = PoseSequence(np.zeros((90, 46), np.float32), 30.0, False, "test")
    assert pose.duration_s == pytest.approx(3.0)
