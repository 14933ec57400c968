"""How fast a skeleton film is made: python -m benchmarks.skeleton_video POSE.npy FPS.

Without arguments it draws a synthetic walk. Prints the ratio of one core's CPU time to
real time.
"""

import sys
import tempfile
import time
from pathlib import Path

from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.privacy.skeleton_video import render_skeleton
from gaitmodel.core.records import PoseSequence
from gaitmodel.core.sources.synthetic import plan_cohort


def main() -> None:
    pose = _pose(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        render_skeleton(pose, Path(folder) / "film.mp4")
        spent = time.process_time() - start
    print(f"{len(pose.angles)} frames, {pose.duration_s:.1f} s of walking")
    print(f"{1000 * spent / len(pose.angles):.1f} ms a frame")
    print(f"{pose.duration_s / spent:.1f} times faster than real time")


def _pose(arguments: list[str]) -> PoseSequence:
    if arguments:
        return read_pose(Path(arguments[0]), float(arguments[1]))
    clip = plan_cohort(0, 1, 1)[0]
    return clip.pose(clip.walk(8.0))


if __name__ == "__main__":
    main()
