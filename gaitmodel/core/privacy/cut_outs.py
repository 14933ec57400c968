"""Crop the doubtful places of a covered film for a person to review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.privacy.faces import Face
from gaitmodel.core.records import ByteArray

MOST: Final = 24
"""Cut-outs kept of one film: the strongest detections."""

_AROUND: Final = 1.5
_SIDE_PX: Final = 160


@dataclass(frozen=True)
class Doubt:
    """A detection in the written film that the mask does not cover."""

    frame: int
    face: Face


def write_cut_outs(film: Path, doubts: Sequence[Doubt], folder: Path) -> list[Path]:
    """PNG files ``00.png``, ... of the strongest doubts, strongest first."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    chosen = sorted(doubts, key=lambda doubt: -doubt.face.score)[:MOST]
    frames = {doubt.frame for doubt in chosen}
    shown = {n: rgb for n, rgb in enumerate(every_frame(film)) if n in frames}
    paths = []
    for place, doubt in enumerate(chosen):
        paths.append(folder / f"{place:02d}.png")
        cv2.imwrite(str(paths[-1]), _square(shown[doubt.frame], doubt.face)[..., ::-1])
    return paths


def _square(rgb: ByteArray, face: Face) -> ByteArray:
    """The detection's box and a little around it, at one size."""
    x, y = face.centre
    left, top, right, bottom = face.box
    reach = max(8.0, _AROUND * max(right - left, bottom - top) / 2)
    rows = slice(max(0, round(y - reach)), max(1, round(y + reach)))
    columns = slice(max(0, round(x - reach)), max(1, round(x + reach)))
    cut = np.ascontiguousarray(rgb[rows, columns])
    return np.asarray(cv2.resize(cut, (_SIDE_PX, _SIDE_PX)), dtype=np.uint8)
