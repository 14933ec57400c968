"""Events and metrics against force plates, clinicians and real normal walks.

The constant biases of ``features.events`` were set midway between the two plate trials,
so each trial is judged twice: as set, and with the bias that the other trial asks for.
"""

import time

import numpy as np
import pytest

from gaitmodel.core.features.events import detect_events
from gaitmodel.core.features.measure import measure
from gaitmodel.core.records import GaitEvents, Side
from tests.gaitmodel.core.cohort import (
    EventTimes,
    cohort,
    gavd_pose,
    matched,
    plate_trial,
    rows,
)

pytestmark = cohort
FRAME_S = 1 / 30


def found_times(events: GaitEvents, kind: str, side: Side) -> np.ndarray:
    return events.heel_strikes(side) if kind == "hs" else events.toe_offs(side)


def errors_of(
    events: GaitEvents, truth: EventTimes, offset: float, end: float
) -> dict[str, tuple[list[float], int, int]]:
    """Errors by kind, with missed and invented events of the interior."""
    result = {}
    for kind in ("hs", "to"):
        errors, missed, invented = [], 0, 0
        for side in Side:
            times = found_times(events, kind, side) + offset
            real = truth[kind, side]
            pairs, _, _ = matched(real, times, 0.15)
            errors += pairs
            inside = real[(real > 0.25) & (real < end - 0.25)]
            missed += matched(inside, times, 0.15)[1]
            well_inside = times[(times > 0.25) & (times < end - 0.25)]
            invented += matched(well_inside, real, 0.15)[1]
        result[kind] = (errors, missed, invented)
    return result


TRIALS = ("test_small.c3d", "treadmill_events.c3d")


def pooled_errors(name: str, kind: str) -> np.ndarray:
    """Seconds found - plate at 30 frames/s, over four camera offsets."""
    trial = plate_trial(name)
    end = len(trial.angles) / trial.fps
    return np.concatenate(
        [
            errors_of(
                detect_events(trial.filmed(30.0, offset)), trial.events, offset, end
            )[kind][0]
            for offset in (0.0, 0.008, 0.016, 0.024)
        ]
    )


@pytest.mark.parametrize("kind", ["hs", "to"])
@pytest.mark.parametrize(("judged", "other"), [TRIALS, TRIALS[::-1]])
def test_the_bias_of_one_trial_serves_the_other(
    judged: str, other: str, kind: str
) -> None:
    bias = np.median(pooled_errors(other, kind))
    errors = np.abs(pooled_errors(judged, kind) - bias)
    assert np.mean(errors <= FRAME_S) >= 0.95
    assert np.median(errors) <= 0.012


@pytest.mark.parametrize("name", TRIALS)
@pytest.mark.parametrize("fps", [30.0, 100.0])
def test_events_lie_within_one_video_frame_of_the_force_plates(
    name: str, fps: float
) -> None:
    trial = plate_trial(name)
    end = len(trial.angles) / trial.fps
    for offset in (0.0, 0.008, 0.016, 0.024):
        events = detect_events(trial.filmed(fps, offset))
        for errors, missed, invented in errors_of(
            events, trial.events, offset, end
        ).values():
            assert (missed, invented) == (0, 0)
            assert np.mean(np.abs(errors) <= FRAME_S) >= 0.95
            assert np.median(np.abs(errors)) <= 0.012


def test_clinicians_contacts_are_found_and_few_are_invented() -> None:
    used = {
        row["seq"]
        for row in rows("gavd_annotations/contact_sequences.csv")
        if row["use"] == "yes"
    }
    contacts: dict[str, list[tuple[int, Side]]] = {seq: [] for seq in used}
    for row in rows("gavd_annotations/initial_contacts.csv"):
        if row["seq"] in used:
            side = Side(row["gait_event"].split()[0].lower())
            contacts[row["seq"]].append((int(row["row_index"]), side))
    hits = missed = invented = 0
    for seq, marked in contacts.items():
        events = detect_events(gavd_pose(seq))
        frames = [frame for frame, _ in marked]
        for side in Side:
            truth = np.array([frame for frame, s in marked if s is side], float)
            times = np.round(30 * events.heel_strikes(side))
            times = times[(times >= min(frames) - 3) & (times <= max(frames) + 3)]
            errors, gone, extra = matched(truth, times, 3)
            hits, missed, invented = hits + len(errors), missed + gone, invented + extra
    assert hits / (hits + missed) >= 0.80
    assert hits / (hits + invented) >= 0.80


def test_real_normal_walks_have_normal_swing_and_cadence() -> None:
    walks = [
        measure(gavd_pose(row["clip"])).metrics
        for row in rows("gavd_hsmr/manifest.csv")
        if row["label"] == "normal"
    ]
    for key, low, high in (
        ("swing_percent_left", 34, 42),
        ("swing_percent_right", 34, 42),
        ("cadence_spm", 95, 130),
    ):
        values = [m[key].value for m in walks if m[key].value is not None]
        assert low <= np.median(values) <= high


def test_728_walks_are_measured_in_ten_seconds() -> None:
    poses = [gavd_pose(row["clip"]) for row in rows("gavd_hsmr/manifest.csv")]
    start = time.process_time()
    for pose in poses:
        measure(pose)
    # Two cores share the work; processor time counts, not other people's load.
    assert time.process_time() - start <= 20
