"""Write H.264 films that browsers play and that contain nothing but pictures.

Constant frame rate, yuv420p, short groups of pictures (so that a rater can scrub), no
audio, no metadata, index first. With one encoder thread and no macroblock tree (which
reads uninitialised memory in about one small film in a hundred), the bytes depend on
the frames alone. Files are written atomically.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer

from gaitmodel.core.errors import VideoError
from gaitmodel.core.records import ByteArray
from gaitmodel.core.store import atomic_path

_KEYFRAME_EVERY: Final = 15
_OPTIONS: Final = {
    "crf": "21",
    "preset": "veryfast",
    "bf": "0",
    "x264-params": "mbtree=0",
}
_CONTAINER: Final = {"movflags": "+faststart", "fflags": "+bitexact"}


class VideoWriter:
    """An open film; made by :func:`video_writer`."""

    def __init__(
        self, container: OutputContainer, name: str, size: tuple[int, int], fps: float
    ) -> None:
        rate = Fraction(fps).limit_denominator(1001)
        stream = container.add_stream("libx264", rate=rate, options=_OPTIONS)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.gop_size = _KEYFRAME_EVERY
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = 1 / rate
        self._container, self._stream = container, stream
        self._name, self._shape = name, (size[1], size[0], 3)
        # Remove the SEI units, in which the encoder writes its version and settings.
        self._unsigned = BitStreamFilterContext("filter_units=remove_types=6", stream)
        self._count = 0

    def write(self, image: ByteArray) -> None:
        """Append one frame, (H, W, 3) uint8 RGB."""
        if image.shape != self._shape:
            raise VideoError(
                f"{self._name}: a frame of shape {image.shape} does not fit the film's "
                f"{self._shape}"
            )
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts = self._count
        self._count += 1
        self._mux(frame)

    def finish(self) -> None:
        """Flush the encoder; :func:`video_writer` calls it."""
        if self._count == 0:
            raise VideoError(f"{self._name}: a film needs at least one frame")
        self._mux(None)

    def _mux(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            for clean in self._unsigned.filter(packet):
                self._container.mux(clean)


@contextmanager
def video_writer(
    path: Path, size: tuple[int, int], fps: float
) -> Iterator[VideoWriter]:
    """A film of even ``size`` (width, height), moved into place on success."""
    if size[0] % 2 or size[1] % 2 or min(size) < 2:
        raise VideoError(f"{path.name}: H.264 needs even sides, not {size}")
    with (
        atomic_path(path) as part,
        av.open(str(part), "w", format="mp4", options=_CONTAINER) as container,
    ):
        writer = VideoWriter(container, path.name, size, fps)
        yield writer
        writer.finish()


def write_video(path: Path, frames: Iterable[ByteArray], fps: float) -> int:
    """Write all frames, (H, W, 3) uint8 RGB of one even size, at a constant rate.

    Returns their number.
    """
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise VideoError(f"{path.name}: a film needs at least one frame")
    height, width = first.shape[:2]
    with video_writer(path, (width, height), fps) as writer:
        writer.write(first)
        count = 1
        for frame in iterator:
            writer.write(frame)
            count += 1
    return count
