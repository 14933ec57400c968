"""The gait metrics of one walk, each with n, a quality and a reason."""

from __future__ import annotations

import numpy as np

from gaitmodel.core.features.doubts import doubt_metrics
from gaitmodel.core.features.events import LEG_ANGLES, observed_stretches
from gaitmodel.core.features.hidden import doubt_far_phases
from gaitmodel.core.features.ranges import range_metrics
from gaitmodel.core.features.strides import strides, walking_runs
from gaitmodel.core.features.temporal import temporal_metrics
from gaitmodel.core.pose.kinematics import to_gravity, view_of
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import GaitEvents, Metric, PoseSequence, Side


def gait_metrics(events: GaitEvents, pose: PoseSequence) -> dict[str, Metric]:
    """Every metric by its key; one that cannot be measured carries the reason.

    Times in seconds, phases in percent of the stride, angles in degrees. Means over
    steps or strides; asymmetries are left minus right.
    """
    upright = to_gravity(pose)
    runs = walking_runs(events, pose)
    cycles = {side: strides(events, runs, side) for side in Side}
    view = view_of(pose)
    temporal = temporal_metrics(events, pose, _why_no_stride(events, pose))
    metrics = doubt_far_phases(temporal, pose, view)
    metrics += range_metrics(upright, cycles, view)
    return {metric.key: metric for metric in doubt_metrics(metrics, runs, pose)}


def _why_no_stride(events: GaitEvents, pose: PoseSequence) -> str:
    """The reason given where no step or stride was found."""
    columns = pose.angles[:, [INDEX[name] for name in LEG_ANGLES]]
    if np.isnan(columns).all(axis=0).any() or not any(observed_stretches(pose)):
        return "the hips and knees are not observed long enough"
    if sum(len(events.heel_strikes(side)) for side in Side) == 0:
        return "no heel strike was found"
    return "too few heel strikes in a row"
