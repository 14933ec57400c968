"""Choose and read T frames of a clip (section 2.2: T = 32)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Final

import numpy as np

from gaitmodel.core.config import Sampling
from gaitmodel.core.errors import InputError, VideoError
from gaitmodel.core.media.probe import opened
from gaitmodel.core.records import ByteArray, Frames, IntArray

_AHEAD: Final = 4
"""Frames that are decoded ahead."""


def sample_indices(
    n_frames: int, fps: float, count: int, sampling: Sampling, stretch_s: float
) -> IntArray:
    """Indices of the ``count`` of ``n_frames`` frames to read; ascending, (count,).

    ``uniform`` spreads them over the analysed stretch: the centred part of the clip,
    at most ``stretch_s`` seconds long. ``window`` takes consecutive frames from the
    centre. A shorter clip repeats its frames evenly; there is no black padding.

    Raises
    ------
    InputError
        If there is no frame, or ``count``, ``fps`` or ``stretch_s`` is not positive.
    """
    if n_frames < 1 or count < 1 or not fps > 0 or not stretch_s > 0:
        raise InputError(
            "frames, count, fps and stretch must be positive, not "
            f"{n_frames}, {count}, {fps} and {stretch_s}"
        )
    if sampling is Sampling.WINDOW:
        length = min(n_frames, count)
    else:
        length = min(n_frames, max(1, int(stretch_s * fps)))
    start = (n_frames - length) // 2
    middles = (np.arange(count) + 0.5) * length / count
    return start + np.floor(middles).astype(np.int64)


def read_frames(path: Path, indices: IntArray) -> Frames:
    """Decode the frames at ``indices`` (repeats allowed) in full RGB.

    Raises
    ------
    VideoError
        If the video does not decode or ends before the last index.
    """
    wanted = {int(index) for index in indices}
    found: dict[int, ByteArray] = {}
    with opened(path) as (container, stream):
        fps = float(stream.average_rate or 0)
        for number, frame in enumerate(container.decode(stream)):
            if number in wanted:
                rgb = frame.to_ndarray(format="rgb24")
                found[number] = rgb.astype(np.uint8, copy=False)
            if len(found) == len(wanted):
                break
    missing = wanted - found.keys()
    if missing:
        raise VideoError(f"{path.name} ends before frame {min(missing)}")
    images = np.stack([found[int(index)] for index in indices])
    return Frames(images, np.asarray(indices, dtype=np.int64), fps)


def every_frame(
    path: Path, first: int = 0, count: int | None = None
) -> Iterator[ByteArray]:
    """Frames of a film as RGB (H, W, 3), in order: ``count`` from ``first``, or all.

    Raises
    ------
    VideoError
        If the video does not decode.
    """
    with opened(path) as (container, stream):
        last = None if count is None else first + count
        for frame in islice(container.decode(stream), first, last):
            yield np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)


def decoded_ahead(frames: Iterable[ByteArray]) -> Iterator[ByteArray]:
    """The same frames, decoded on another thread while the last one is processed.

    Decoding errors are raised here; leaving the loop early ends the thread.
    """
    waiting: Queue[ByteArray] = Queue(_AHEAD)
    left = threading.Event()

    def decode() -> None:
        for frame in frames:
            while not left.is_set():
                try:
                    waiting.put(frame, timeout=0.1)
                    break
                except Full:
                    continue
            if left.is_set():
                return

    with ThreadPoolExecutor(1) as pool:
        decoding = pool.submit(decode)
        try:
            while not (decoding.done() and waiting.empty()):
                try:
                    yield waiting.get(timeout=0.02)
                except Empty:
                    continue
            decoding.result()
        finally:
            left.set()
