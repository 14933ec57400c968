"""Errors of heel strikes and toe-offs: python -m benchmarks.gait_events FOLDER.

FOLDER holds ``gait_truth`` (force-plate trials), ``gavd_annotations`` (contacts marked
by clinicians) and ``gavd_hsmr`` (the poses). Plate trials are resampled to 30 frames/s.
The strikes' constant bias is printed twice: as set (midway between these two trials, so
fitted to them) and leave-one-trial-out (from the other trial), the unbiased estimate.
"""

import os
import sys
from collections import defaultdict

import numpy as np

from gaitmodel.core.features.events import detect_events
from gaitmodel.core.records import GaitEvents, Side

FRAME_S = 1 / 30
TRIALS = ("test_small.c3d", "treadmill_events.c3d")
Errors = dict[str, dict[str, list[float]]]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.environ["BIOGAIT_COHORT"] = sys.argv[1]
    found = plate_errors()
    print("force plates, 30 frames/s      n   within 33 ms   median |error|   bias")
    for trial, kinds in found.items():
        other = next(name for name in TRIALS if name != trial)
        for kind, errors in kinds.items():
            print_row(f"{trial} {kind} as set", np.array(errors))
            bias = float(np.median(found[other][kind]))
            print_row(f"{trial} {kind} left out", np.array(errors) - bias)
    print_contacts()


def print_row(name: str, errors: np.ndarray) -> None:
    near = 100 * float(np.mean(np.abs(errors) <= FRAME_S))
    print(
        f"{name:<29}{len(errors):>4}{near:>10.0f} %"
        f"{1000 * np.median(np.abs(errors)):>14.0f} ms"
        f"{1000 * np.median(errors):>10.0f} ms"
    )


def plate_errors() -> Errors:
    """Seconds found - plate by trial and kind, at four camera offsets."""
    from tests.gaitmodel.core.cohort import matched, plate_trial

    result: Errors = {}
    for name in TRIALS:
        trial = plate_trial(name)
        errors: dict[str, list[float]] = {"HS": [], "TO": []}
        for offset in (0.0, 0.008, 0.016, 0.024):
            events = detect_events(trial.filmed(30.0, offset))
            for side in Side:
                for kind in ("hs", "to"):
                    times = times_of(events, kind, side) + offset
                    pairs = matched(trial.events[kind, side], times, 0.15)[0]  # type: ignore[index]
                    errors[kind.upper()] += pairs
        result[name] = errors
    return result


def times_of(events: GaitEvents, kind: str, side: Side) -> np.ndarray:
    return events.heel_strikes(side) if kind == "hs" else events.toe_offs(side)


def print_contacts() -> None:
    """Recall and precision within 3 frames of clinicians' contacts, by view."""
    from tests.gaitmodel.core.cohort import gavd_pose, matched, rows

    views = {
        row["seq"]: row["view"]
        for row in rows("gavd_annotations/contact_sequences.csv")
        if row["use"] == "yes"
    }
    marked: dict[str, list[tuple[int, Side]]] = defaultdict(list)
    for row in rows("gavd_annotations/initial_contacts.csv"):
        if row["seq"] in views:
            side = Side(row["gait_event"].split()[0].lower())
            marked[row["seq"]].append((int(row["row_index"]), side))
    counts: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(3, int))
    for seq, contacts in marked.items():
        events = detect_events(gavd_pose(seq))
        frames = [frame for frame, _ in contacts]
        for side in Side:
            truth = np.array([f for f, s in contacts if s is side], float)
            times = np.round(30 * events.heel_strikes(side))
            times = times[(times >= min(frames) - 3) & (times <= max(frames) + 3)]
            errors, missed, extra = matched(truth, times, 3)
            found = np.array([len(errors), missed, extra])
            counts[views[seq]] += found
            counts["all views"] += found
    print("\nclinicians' contacts, within 3 frames    n   recall   precision")
    for view, (hits, missed, extra) in sorted(counts.items()):
        print(
            f"{view:<36}{hits + missed:>6}{hits / (hits + missed):>9.3f}"
            f"{hits / (hits + extra):>12.3f}"
        )


if __name__ == "__main__":
    main()
