"""Real walks for the tests marked ``cohort``: BIOGAIT_COHORT names their folder."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import ezc3d
import numpy as np
import pytest

from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.pose.skel import COUNT, INDEX
from gaitmodel.core.records import PoseSequence, Side

FOLDER = Path(os.environ.get("BIOGAIT_COHORT", "."))
cohort = [
    pytest.mark.cohort,
    pytest.mark.skipif(
        "BIOGAIT_COHORT" not in os.environ, reason="BIOGAIT_COHORT is not set"
    ),
]

EventTimes = dict[tuple[str, Side], np.ndarray]


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="") as file:
        return list(csv.DictReader(file))


def gavd_pose(clip: str) -> PoseSequence:
    return read_pose(FOLDER / "gavd_hsmr" / "poses" / f"{clip}.npy", fps=30)


@dataclass(frozen=True)
class PlateTrial:
    """Joint angles (T, 46) at ``fps`` and labelled events, seconds from its start."""

    angles: np.ndarray
    fps: float
    events: EventTimes

    def filmed(self, fps: float, offset_s: float) -> PoseSequence:
        """As a camera of ``fps`` would sample it, starting ``offset_s`` later."""
        own = np.arange(len(self.angles)) / self.fps
        times = np.arange(offset_s, own[-1], 1 / fps)
        angles = [np.interp(times, own, column) for column in self.angles.T]
        return PoseSequence(np.stack(angles, 1).astype(np.float32), fps, False, "c3d")


def plate_trial(name: str) -> PlateTrial:
    """A marker trial whose events agree with its force plates to 10 ms."""
    trial = ezc3d.c3d(str(FOLDER / "gait_truth" / "gaitalytics" / name))
    points = trial["parameters"]["POINT"]
    labels, fps = points["LABELS"]["value"], float(points["RATE"]["value"][0])
    data = trial["data"]["points"]
    angles = np.full((data.shape[2], COUNT), np.nan)
    for letter in "rl":
        for joint, name_ in (("Hip", "hip_flexion"), ("Knee", "knee_angle")):
            column = data[0, labels.index(f"{letter.upper()}{joint}Angles")]
            angles[:, INDEX[f"{name_}_{letter}"]] = np.deg2rad(column)
    start = trial["header"]["points"]["first_frame"] / fps
    return PlateTrial(angles, fps, _events(trial["parameters"]["EVENT"], start))


def _events(stored: dict[str, dict[str, list[str]]], start: float) -> EventTimes:
    minutes, seconds = np.array(stored["TIMES"]["value"])
    kinds = {"Foot Strike": "hs", "Foot Off": "to"}
    found: EventTimes = {(k, side): [] for k in kinds.values() for side in Side}  # type: ignore[misc]
    for time, label, context in zip(
        60 * minutes + seconds - start,
        stored["LABELS"]["value"],
        stored["CONTEXTS"]["value"],
        strict=True,
    ):
        found[kinds[label.strip()], Side(context.strip().lower())].append(time)  # type: ignore[attr-defined]
    return {key: np.sort(times) for key, times in found.items()}


def matched(
    truth: np.ndarray, found: np.ndarray, tolerance: float
) -> tuple[list[float], int, int]:
    """(errors found - truth of nearest pairs, missed, invented)."""
    free = list(found)
    errors = []
    for time in truth:
        near = min(free, key=lambda other: abs(other - time), default=np.inf)
        if abs(near - time) <= tolerance:
            errors.append(float(near - time))
            free.remove(near)
    return errors, len(truth) - len(errors), len(free)
