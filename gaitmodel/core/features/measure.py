"""From pose to features: events, metrics, view and warnings."""

from __future__ import annotations

import numpy as np

from gaitmodel.core.features.doubts import FLIGHT, STANDING
from gaitmodel.core.features.events import detect_events
from gaitmodel.core.features.metrics import gait_metrics
from gaitmodel.core.features.temporal import SLOW_MOTION
from gaitmodel.core.pose.kinematics import to_gravity, view_of
from gaitmodel.core.pose.skel import outside_limits
from gaitmodel.core.records import GaitFeatures, Metric, PoseSequence


def measure(pose: PoseSequence) -> GaitFeatures:
    """Everything measured from one walk (SKEL-46 angles, camera or gravity frame)."""
    events = detect_events(pose)
    metrics = gait_metrics(events, pose)
    return GaitFeatures(
        fps=pose.fps,
        frames=len(pose.angles),
        view=view_of(pose),
        events=events,
        metrics=metrics,
        warnings=tuple(_warnings(pose, metrics)),
    )


def _warnings(pose: PoseSequence, metrics: dict[str, Metric]) -> list[str]:
    found = list(pose.notes)
    if any(SLOW_MOTION in metric.reason for metric in metrics.values()):
        found.append(f"{SLOW_MOTION}: times and cadence are of low quality")
    for doubt in (STANDING, FLIGHT):
        if any(doubt in metric.reason for metric in metrics.values()):
            found.append(doubt)
    unseen = float(np.isnan(pose.angles).mean())
    if unseen > 0:
        found.append(f"{100 * unseen:.0f} % of the joint angles are not observed")
    strange = outside_limits(to_gravity(pose).angles)
    if strange:
        found.append(f"outside anatomical limits: {', '.join(strange)}")
    return found
