"""Detect films that show the same pictures: re-encoded, brighter, mirrored, or cut.

A film's frames, grey and 16 pixels wide, are its perceptual hash. Eight of them, minus
their mean, show what moves and not the room, so patients filmed in one corridor are not
confused. Two films are copies if

1. eight frames spread over the one correlate above 0.93 with eight spread over the
   other, whatever their frame rates; or
2. eight frames spread over the middle half of the one do so with equally spaced frames
   of the other, starting anywhere: the films then share at least half of the one;

and if the same frames correlate above 0.90 at a width of 64 pixels. If a camera moves
along with walkers dressed alike, the passing wall alone reaches 0.94 at 16 pixels, and
0.84 at 64; a real film made smaller, cut, brighter or slower 0.95 and 0.93.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from gaitmodel.core.errors import InputError
from gaitmodel.core.media.frames import every_frame, read_frames
from gaitmodel.core.records import ByteArray
from gaitmodel.core.systems.base import ClipInput
from gaitmodel.core.systems.feature_cache import FeatureCache, content_key

Pictures = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]  # of frames in a film

NEAR, NEAR_CLOSELY = 0.93, 0.90
SIDE, FINE_SIDE = 16, 64  # pixels
FRAMES = 8  # of a probe
LEAST_CONTRAST = 0.4  # of a copy, as a share of the original's


@dataclass(frozen=True)
class FilmHash:
    """``frames`` (T, side x side) grey values of one clip's film, kept as bytes.

    ``path`` is the film itself, for the comparison at 64 pixels.
    """

    clip: str
    frames: Pictures | ByteArray
    path: Path | None = None
    in_mirror: bool = False

    @cached_property
    def mirrored(self) -> FilmHash:
        """The same film with left and right exchanged."""
        rows = self.frames.reshape(len(self.frames), SIDE, SIDE)
        flipped = rows[..., ::-1].reshape(len(rows), -1)
        return FilmHash(self.clip, flipped, self.path, not self.in_mirror)

    @cached_property
    def spread(self) -> Places:
        """Eight frames from the first to the last."""
        return np.linspace(0, len(self.frames) - 1, FRAMES).astype(np.int64)

    @cached_property
    def whole(self) -> Pictures:
        """(8, side x side): the moving part of frames spread over the whole film."""
        return moving(self.frames[self.spread])

    @property
    def places(self) -> Places:
        """The probe's frames, counted from its first: (8,)."""
        return np.linspace(0, len(self.frames) // 2, FRAMES).astype(np.int64)

    @property
    def first(self) -> int:
        """The probe's first frame."""
        return len(self.frames) // 4

    @cached_property
    def probe(self) -> Pictures:
        """(8, side x side): the moving part of frames spread over the middle half."""
        return moving(self.frames[self.first + self.places])


def film_hash(clip: ClipInput, cache: FeatureCache | None = None) -> FilmHash:
    """Decode a clip's film once and keep only its hash, in ``cache``.

    Raises
    ------
    InputError
        If it does not decode or has no frames.
    """
    film = clip.seen()

    def decoded() -> Tensor:
        small = [_small(image, SIDE) for image in every_frame(film.path)]
        if not small:
            raise InputError(f"clip {clip.clip!r}: its film holds no frame")
        return torch.from_numpy(np.stack(small))

    key = content_key(kind="film hash", film=film.sha256, side=SIDE)
    frames = (cache or FeatureCache(None)).get(key, decoded)
    return FilmHash(clip.clip, frames.numpy(), film.path)


def _small(image: ByteArray, side: int) -> ByteArray:
    grey = Image.fromarray(image).convert("L")
    tiny = grey.resize((side, side), Image.Resampling.BOX)
    return np.asarray(tiny, dtype=np.uint8).ravel()


def moving(frames: Pictures | ByteArray) -> Pictures:
    """Frames minus their mean; if nothing moves, the picture minus its mean grey."""
    values = frames.astype(np.float32, copy=False)
    rest: Pictures = values - values.mean(axis=0)
    if np.abs(rest).max() < 1:
        rest = values - values.mean()
    return rest


def likeness(one: Pictures | ByteArray, other: Pictures | ByteArray) -> float:
    """Correlation of the moving parts of equally many frames: -1 to 1."""
    a, b = moving(one).ravel(), moving(other).ravel()
    return float(a @ b / ((np.linalg.norm(a) * np.linalg.norm(b)) or 1.0))


def copy_of(own: FilmHash, others: Sequence[FilmHash]) -> FilmHash | None:
    """The first of the others that shows at least half of ``own``, or ``None``."""
    for other in others:
        if _shows(other, own) or _shows(other.mirrored, own):
            return other
    return None


def _shows(other: FilmHash, own: FilmHash) -> bool:
    is_whole = likeness(own.whole, other.whole) >= NEAR
    if is_whole and _alike_closely(own, own.spread, other, other.spread):
        return True
    begin = _begin_of(own, other)
    if begin is None:
        return False
    inner = own.first + own.places
    return _alike_closely(own, inner, other, begin + own.places)


def _begin_of(own: FilmHash, other: FilmHash) -> int | None:
    """The frame of ``other`` that best matches ``own``'s probe, if it is near."""
    places = own.places
    starts = len(other.frames) - int(places[-1])
    if starts < 1:
        return None
    products = other.frames.astype(np.float32, copy=False) @ own.probe.T  # (T, 8)
    sums = sum(products[p : p + starts, k] for k, p in enumerate(places))
    # Likeness times contrast, for every start at once, rules out nearly all.
    least = LEAST_CONTRAST * float((own.probe**2).sum())
    near = {
        int(start): likeness(own.probe, other.frames[start + places])
        for start in np.flatnonzero(sums >= least)
    }
    best = max(near, key=near.__getitem__, default=None)
    return best if best is not None and near[best] >= NEAR else None


def _alike_closely(
    own: FilmHash, where: Places, other: FilmHash, there: Places
) -> bool:
    """Compare at 64 pixels, allowing ``own`` one frame either way for frame rates."""
    if own.path is None or other.path is None:
        return True
    steps = np.array([[-1], [0], [1]])
    beside: Places = np.clip(where + steps, 0, len(own.frames) - 1)  # (3, 8)
    mine = _fine(own.path, beside.ravel(), own.in_mirror).reshape(3, FRAMES, -1)
    theirs = moving(_fine(other.path, there, other.in_mirror))
    apart = mine - mine[1].mean(axis=0)
    fit = (apart * theirs).sum(-1) / np.maximum(np.linalg.norm(apart, axis=-1), 1)
    fitting = mine[fit.argmax(axis=0), np.arange(FRAMES)]
    return likeness(fitting, theirs) >= NEAR_CLOSELY


def _fine(film: Path, places: Places, in_mirror: bool) -> Pictures:
    images = read_frames(film, places).images[:, :, :: -1 if in_mirror else 1]
    return np.stack([_small(image, FINE_SIDE) for image in images]).astype(np.float32)
