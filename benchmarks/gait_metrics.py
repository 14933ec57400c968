"""How fast walks are measured: python -m benchmarks.gait_metrics MANIFEST.csv.

Without an argument it measures synthetic walks. Prints seconds (CPU time of one core),
walks and frames, and the medians of swing and cadence per class.
"""

import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from gaitmodel.core.features.measure import measure
from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.records import GaitFeatures, PoseSequence
from gaitmodel.core.sources.manifest import read_manifest
from gaitmodel.core.sources.synthetic import plan_cohort
from gaitmodel.core.taxonomy import GaitClass

Labelled = list[tuple[GaitClass, PoseSequence]]
KEYS = ("cadence_spm", "swing_percent_left", "swing_percent_right")


def main() -> None:
    walks = _walks(sys.argv[1:])
    start = time.process_time()
    measured = [(label, measure(pose)) for label, pose in walks]
    spent = time.process_time() - start
    frames = sum(len(pose.angles) for _, pose in walks)
    print(f"{len(walks)} walks, {frames} frames: {spent:.1f} s")
    _report(measured)


def _walks(arguments: list[str]) -> Labelled:
    if arguments:
        clips = read_manifest(Path(arguments[0])).clips
        return [(c.label, read_pose(c.pose, c.fps)) for c in clips if c.pose]
    clips = plan_cohort(0, 4, 3)
    return [(clip.subject.label, clip.pose(clip.walk(4.3))) for clip in clips]


def _report(measured: list[tuple[GaitClass, GaitFeatures]]) -> None:
    by_class = defaultdict(list)
    for label, features in measured:
        by_class[label].append(features)
    print(f"{'class':16s}", *(f"{key:>34s}" for key in KEYS))
    for label, walks in by_class.items():
        print(f"{label:16s}", *(f"{_quartiles(walks, key):>34s}" for key in KEYS))


def _quartiles(walks: list[GaitFeatures], key: str) -> str:
    values = [w.metrics[key].value for w in walks if w.metrics[key].value is not None]
    low, middle, high = np.percentile(values, (25, 50, 75))
    return f"{middle:.1f} [{low:.1f}, {high:.1f}], n {len(values)}"


if __name__ == "__main__":
    main()
