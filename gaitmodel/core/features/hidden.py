"""Doubt numbers of a leg that the camera or the estimator does not really see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from gaitmodel.core.features.events import FILM
from gaitmodel.core.features.judge import doubted
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import Metric, PoseSequence, Side, View

FROZEN_ANKLE_DEG: Final = 10.0
"""An ankle that moves less than this in walking is the estimator's prior."""

_FROZEN: Final = "the pose estimator hardly moves this ankle"
_FAR_LEG: Final = "this side is away from the camera, and the near one hides it"
_FAR_TOE: Final = "the foot away from the camera is hidden as it leaves the ground"
_FAR_SIDE: Final = {View.LEFT: Side.RIGHT, View.RIGHT: Side.LEFT}


def doubt_what_is_hidden(
    metrics: Sequence[Metric], pose: PoseSequence, view: View, side: Side
) -> list[Metric]:
    """A side's angle metrics, with low quality for a frozen ankle or a hidden leg."""
    found = list(metrics)
    if _ankle_is_frozen(pose, side):
        found = [
            doubted(one, _FROZEN) if one.key.startswith("ankle") else one
            for one in found
        ]
    if far_side(pose, view) is side:
        found = [doubted(one, _FAR_LEG) for one in found]
    return found


def doubt_far_phases(
    metrics: Sequence[Metric], pose: PoseSequence, view: View
) -> list[Metric]:
    """Doubt phases that use the far foot's toe-off: its own and all supports."""
    far = far_side(pose, view)
    if far is None:
        return list(metrics)
    return [
        doubted(one, _FAR_TOE)
        if (one.side is far and one.key.startswith(("swing", "stance")))
        or "support" in one.key
        or one.key == "swing_asymmetry_points"
        else one
        for one in metrics
    ]


def far_side(pose: PoseSequence, view: View) -> Side | None:
    """The side hidden by the near one, for a film from the walker's side."""
    return _FAR_SIDE.get(view) if pose.source == FILM else None


def _ankle_is_frozen(pose: PoseSequence, side: Side) -> bool:
    ankle = np.rad2deg(pose.angles[:, INDEX[f"ankle_angle_{side[0]}"]].astype(float))
    seen = ankle[np.isfinite(ankle)]
    if len(seen) == 0:
        return False
    low, high = np.percentile(seen, (2, 98))
    return bool(high - low < FROZEN_ANKLE_DEG)
