"""Film processing in frames/s: python -m benchmarks.film_speed FILM.mp4 [FRAMES].

BlazePose (full model) on the film at its own size, and de-identification of the film at
960 x 540 at most: both passes, decoding and encoding included. Two threads, wall time.
"""

import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import cv2

from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.media.probe import probe
from gaitmodel.core.pose.blazepose_files import blazepose_files
from gaitmodel.core.pose.blazepose_model import BlazePose
from gaitmodel.core.pose.blazepose_people import follow_people
from gaitmodel.core.privacy.deidentify import deidentify


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    film, limit = Path(sys.argv[1]), int((*sys.argv[2:], "1000000")[0])
    info = probe(film)
    frames = min(info.frames, limit)
    start = time.perf_counter()
    people = follow_people(
        BlazePose(blazepose_files()), islice(every_frame(film), frames)
    )
    spent = time.perf_counter() - start
    print(f"BlazePose {info.width}x{info.height}: {people.frames / spent:.1f} frames/s")
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.mp4"
        scale = min(1.0, 960 / info.width)
        size = (int(info.width * scale) // 2 * 2, int(info.height * scale) // 2 * 2)
        source = islice(every_frame(film), frames)
        write_video(small, (cv2.resize(f, size) for f in source), info.fps)
        start = time.perf_counter()
        result = deidentify(small, Path(folder) / "covered.mp4", info.fps)
        spent = time.perf_counter() - start
    print(
        f"de-identification {size[0]}x{size[1]}: {frames / spent:.1f} frames/s, "
        f"status {result.status}, attempts up to width {result.regions.wider:g}"
    )


if __name__ == "__main__":
    main()
