"""Import of 10,000 clips' metadata: seconds, and memory by the number of clips.

``python -m benchmarks.import_clips [--clips 10000] [--parts 4]``

A manifest of poses (one real, short pose file per clip, a tenth as many subjects as
clips) is imported by the command into an empty SQLite site, once whole and once a
quarter of it, each in a separate process. Then it is imported again, as if every clip
had been prepared since and had its features. Peak memory must not grow with the number
of clips, and 10,000 must take at most 60 s.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.processes import ROOT, manage, site_environment

WHOLE, LIMIT_S, LIMIT_MB = 10_000, 60.0, 25.0
FRAMES, ANGLES = 60, 46


def manifest_written(folder: Path, clips: int) -> Path:
    """Poses and a manifest that lists them."""
    rng = np.random.default_rng(0)
    poses = folder / "poses"
    poses.mkdir()
    path = folder / "manifest.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["clip", "subject", "label", "pose", "fps", "split"])
        for number in range(clips):
            np.save(poses / f"{number}.npy", rng.normal(0, 0.2, (FRAMES, ANGLES)))
            subject = number // 10
            split = "test" if subject % 5 == 0 else "train"
            writer.writerow([f"clip{number:06}", f"person{subject}", "normal",
                             f"poses/{number}.npy", 30, split])  # fmt: skip
    return path


def imported(folder: Path, manifest: Path) -> tuple[float, float]:
    """Seconds, and the peak memory of the command in MB."""
    site = site_environment(folder)
    if not folder.exists():
        folder.mkdir()
        manage(site, "migrate", "-v0")
    code = (
        "import resource, sys\n"
        "from django.core.management import execute_from_command_line\n"
        f"execute_from_command_line(['manage.py', 'import_clips', {str(manifest)!r}])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=site, capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(done.stderr)
    print(done.stdout.splitlines()[0])
    return seconds, int(done.stdout.splitlines()[-1]) / 1024


def prepared(folder: Path) -> None:
    """Give every clip features of 20 kB, as prepare_clips does."""
    code = (
        "from gaitmodel.models import Clip\n"
        "Clip.objects.update(state='ready', features={'curve': 'x' * 20_000})"
    )
    manage(site_environment(folder), "shell", "-v0", "-c", code)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=WHOLE)
    parser.add_argument("--parts", type=int, default=4, help="the smaller run's share")
    given = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for clips in (given.clips // given.parts, given.clips):
            place = Path(folder) / str(clips)
            place.mkdir()
            manifest = manifest_written(place, clips)
            first = imported(place / "var", manifest)
            prepared(place / "var")
            again = imported(place / "var", manifest)
            found[clips] = max(first[0], again[0]), max(first[1], again[1])
            for act, (seconds, peak) in (("taken in", first), ("again", again)):
                print(f"{clips:,} clips {act}: {seconds:.1f} s, peak {peak:.0f} MB")
    few, many = found.values()
    grown = many[1] - few[1]
    print(f"memory grew by {grown:.1f} MB (limit {LIMIT_MB:g})")
    if grown > LIMIT_MB:
        return 1
    if given.clips < WHOLE:
        return 0  # start-up would dominate the time
    seconds = many[0] * WHOLE / given.clips
    print(f"{WHOLE:,} clips in {seconds:.1f} s (limit {LIMIT_S:g})")
    return 0 if seconds <= LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
