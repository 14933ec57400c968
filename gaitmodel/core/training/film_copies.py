"""Films that show the same pictures: encoded again, brighter, or cut at other ends.

A film's frames, grey and 16 pixels wide, are its perceptual hash. Eight of them, less
their own mean, tell what moves and not the room, so that patients filmed in one corridor
stay apart. Two films are copies

1. where eight frames spread over the one correlate above 0.93 with eight spread over the
   other, at whatever frame rates these run; or
2. where eight frames spread over the middle half of the one do with frames of the other
   that lie as far apart, wherever these begin: then they share half of the one at least.

A real film encoded again, cut and brighter reaches 0.95 and more, films of 24 drawn
walkers 0.65 at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image

from gaitmodel.core.errors import InputError
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.records import ByteArray
from gaitmodel.core.systems.base import ClipInput

Pictures = npt.NDArray[np.float32]

NEAR = 0.93
SIDE = 16
FRAMES = 8  # of a probe
LEAST_CONTRAST = 0.4  # of a copy, as a share of the original's


@dataclass(frozen=True)
class FilmHash:
    """``frames`` (T, side x side) float32 grey values of one clip's film."""

    clip: str
    frames: Pictures

    @cached_property
    def whole(self) -> Pictures:
        """(8, side x side): the moving part of the film from its first frame to its last."""
        last = len(self.frames) - 1
        return moving(self.frames[np.linspace(0, last, FRAMES).astype(np.int64)])

    @property
    def places(self) -> npt.NDArray[np.int64]:
        """The probe's frames, counted from its first: (8,)."""
        return np.linspace(0, len(self.frames) // 2, FRAMES).astype(np.int64)

    @cached_property
    def probe(self) -> Pictures:
        """(8, side x side): the moving part of frames of the middle half."""
        return moving(self.frames[len(self.frames) // 4 + self.places])


def film_hash(clip: ClipInput) -> FilmHash:
    """Decode a clip's film once, and keep next to nothing of it.

    Raises
    ------
    InputError
        If it does not decode or holds no frame.
    """
    small = [_small(image) for image in every_frame(clip.seen().path)]
    if not small:
        raise InputError(f"clip {clip.clip!r}: its film holds no frame")
    return FilmHash(clip.clip, np.stack(small))


def _small(image: ByteArray) -> Pictures:
    coarse = max(1, min(image.shape[:2]) // (4 * SIDE))
    grey = Image.fromarray(np.ascontiguousarray(image[::coarse, ::coarse])).convert("L")
    tiny = grey.resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(tiny, dtype=np.float32).ravel()


def moving(frames: Pictures) -> Pictures:
    """Frames less their mean; of a film in which nothing moves the picture itself."""
    rest: Pictures = frames - frames.mean(axis=0)
    if np.abs(rest).max() < 1:
        rest = frames - frames.mean()
    return rest


def likeness(one: Pictures, other: Pictures) -> float:
    """Correlation of the moving parts of as many frames: -1 to 1."""
    a, b = moving(one).ravel(), moving(other).ravel()
    return float(a @ b / ((np.linalg.norm(a) * np.linalg.norm(b)) or 1.0))


def copy_of(own: FilmHash, others: Sequence[FilmHash]) -> FilmHash | None:
    """A film that shows at least half of ``own``, if one of the others does."""
    whole, probe, places = own.whole, own.probe, own.places
    weight = float((probe**2).sum())
    for other in others:
        if likeness(whole, other.whole) >= NEAR:
            return other
        starts = len(other.frames) - int(places[-1])
        if starts < 1:
            continue
        products = other.frames @ probe.T  # (T, 8)
        sums = sum(products[p : p + starts, k] for k, p in enumerate(places))
        # Likeness times contrast, for every start at once: it passes nearly all by.
        for start in np.flatnonzero(sums >= LEAST_CONTRAST * weight):
            if likeness(probe, other.frames[start + places]) >= NEAR:
                return other
    return None
