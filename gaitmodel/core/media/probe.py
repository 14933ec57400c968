"""What a video really contains: the frames that decode, and their rate.

The container's metadata is not trusted: every frame is decoded and counted, and the
rate comes from the frames' own time stamps.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from gaitmodel.core.errors import VideoError
from gaitmodel.core.records import VideoInfo

_MISSING_FRAMES_ACCEPTED: Final = 2
"""Edit lists may hide a frame or two; more than that is a truncated file."""

_UNEVEN: Final = 0.5
"""Largest deviation of a frame interval, in intervals, of a constant-rate video."""


LONGEST_S: Final = 600.0
"""A walk lasts seconds; a longer film was probably given by mistake."""

LARGEST_BYTES: Final = 4 * 2**30


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and its first video stream.

    Raises
    ------
    VideoError
        If the file is missing, empty, not a video container, or has no video stream; on
        any decoder error inside the block; and if the file is larger than
        ``LARGEST_BYTES`` or states a duration above ``LONGEST_S``.
    """
    if not path.is_file():
        raise VideoError(f"{path.name}: no such video file")
    if path.stat().st_size == 0:
        raise VideoError(f"{path.name} is empty (0 bytes)")
    if path.stat().st_size > LARGEST_BYTES:
        raise VideoError(
            f"{path.name} has {path.stat().st_size / 2**30:.1f} GiB; a film of a walk "
            f"may have {LARGEST_BYTES / 2**30:.0f}: cut it to the walk"
        )
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise VideoError(f"{path.name} holds no video stream (audio only?)")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            seconds = (container.duration or 0) / av.time_base
            if seconds > LONGEST_S:
                raise VideoError(
                    f"{path.name} is {seconds:.0f} s long; a film of a walk may be "
                    f"{LONGEST_S:.0f} s: cut it to the walk"
                )
            yield container, stream
    except av.error.FFmpegError as error:
        raise VideoError(
            f"{path.name} does not decode as a video: {error.strerror}"
        ) from error


def probe(path: Path) -> VideoInfo:
    """Decode the whole file once and return what it contains.

    Raises
    ------
    VideoError
        If the file is missing, empty, truncated, without video or undecodable; if it
        is stored rotated or with more than 8 bits, or its frame rate varies: then the
        message says how to re-encode it.
    """
    with opened(path) as (container, stream):
        declared = stream.frames
        stamps: list[float] = []
        for frame in container.decode(stream):
            _check_frame(frame, path)
            stamps.append(float("nan") if frame.time is None else frame.time)
        if not stamps:
            raise VideoError(f"{path.name} does not decode as a video: it has no frame")
        if declared - len(stamps) > _MISSING_FRAMES_ACCEPTED:
            raise VideoError(
                f"{path.name} is truncated: it declares {declared} frames, "
                f"{len(stamps)} decode"
            )
        fps = _frame_rate(np.array(stamps), stream, path)
        return VideoInfo(
            width=stream.width,
            height=stream.height,
            fps=fps,
            frames=len(stamps),
            duration_s=len(stamps) / fps,
            codec=stream.codec_context.name,
        )


def first_frame_rate(path: Path) -> float:
    """Decode a film's first frame and count its packets: a quick check of the file.

    Returns the rate that the container states; :func:`probe` measures it.

    Raises
    ------
    VideoError
        If nothing can be decoded.
    """
    with opened(path) as (container, stream):
        frame = next(container.decode(stream), None)
        if frame is None:
            raise VideoError(f"{path.name} holds no frame that decodes")
        _check_frame(frame, path)
        rate, declared = float(stream.average_rate or 0), stream.frames
    with opened(path) as (container, stream):
        found = sum(1 for packet in container.demux(stream) if packet.size)
    if declared - found > _MISSING_FRAMES_ACCEPTED:
        raise VideoError(
            f"{path.name} is truncated: it declares {declared} frames and holds {found}"
        )
    return rate


def _check_frame(frame: av.VideoFrame, path: Path) -> None:
    if frame.is_corrupt:
        raise VideoError(f"{path.name} is damaged: a frame is marked corrupt")
    if frame.rotation % 360 != 0:
        raise VideoError(
            f"{path.name} is stored rotated by {frame.rotation % 360} degrees: "
            "re-encode it upright"
        )
    bits = max(component.bits for component in frame.format.components)
    if bits > 8:
        raise VideoError(
            f"{path.name} has {bits} bits per colour: re-encode it with 8 (yuv420p)"
        )


def _frame_rate(stamps: np.ndarray, stream: VideoStream, path: Path) -> float:
    """Frames per second from the time stamps, which must be evenly spaced."""
    if len(stamps) < 2:
        raise VideoError(f"{path.name} holds a single frame: a walk needs more")
    steps = np.diff(stamps)
    step = float(np.median(steps))
    if not step > 0:
        raise VideoError(f"{path.name} has no usable time stamps")
    if np.abs(steps - step).max() > _UNEVEN * step:
        raise VideoError(
            f"{path.name} has a variable frame rate: its frame intervals range from "
            f"{1000 * steps.min():.0f} to {1000 * steps.max():.0f} ms; re-encode it "
            "at a constant rate"
        )
    mean = (len(stamps) - 1) / float(stamps[-1] - stamps[0])
    stated = stream.average_rate
    # Time stamps are rounded to the container's clock; the stated rate is exact.
    if stated is not None and abs(float(stated) - mean) < 0.02 * mean:
        return float(stated)
    return mean
