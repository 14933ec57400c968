"""Read any pose file as SKEL-46 angles, or say in one sentence why not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from gaitmodel.core.errors import InputError, PoseError
from gaitmodel.core.pose.hsmr import is_object_array, read_walker
from gaitmodel.core.pose.opensim import read_mot
from gaitmodel.core.pose.skel import COUNT
from gaitmodel.core.pose.trc import read_trc
from gaitmodel.core.records import FloatArray, PoseSequence

SUFFIXES: Final = (".npy", ".mot", ".sto", ".trc")
SURE: Final = 0.75
"""Confidence in the choice of the walker below which a warning is given."""

FPS_SLACK: Final = 0.5  # between a source's stated rate and the file's
_FPS_RANGE: Final = (1.0, 1000.0)


def read_pose(path: Path, fps: float | None = None) -> PoseSequence:
    """Read ``.npy`` ((T, 46) or raw HSMR), ``.mot``, ``.sto`` or ``.trc`` (markers).

    A plain (T, 46) array is taken to be in HSMR's camera frame. NaN means "not
    observed" and is kept.

    Raises
    ------
    PoseError
        If the file is missing or does not hold at least two frames of 46 finite (or
        unobserved) angles; the message names file, rule and value.
    InputError
        If the file stores no frame rate and ``fps`` is not given, or if ``fps`` is not
        a plausible frame rate or contradicts the file's times.
    """
    if not path.is_file():
        raise PoseError(f"{path.name}: no such pose file")
    if fps is not None:
        check_fps(fps, path.name)
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return _read_npy(path, fps)
    if suffix in (".mot", ".sto"):
        return _checked(read_mot(path), path, fps)
    if suffix == ".trc":
        return _checked(read_trc(path), path, fps)
    raise PoseError(
        f"{path.name}: a pose file ends in {', '.join(SUFFIXES)}, not {path.suffix!r}"
    )


def has_own_rate(path: Path) -> bool:
    """Whether a pose file has times that give its frame rate."""
    return path.suffix.lower() != ".npy"


def check_fps(fps: float, name: str) -> float:
    """Return ``fps`` if it can be a frame rate; ``InputError`` otherwise."""
    low, high = _FPS_RANGE
    if not low <= fps <= high:
        raise InputError(
            f"{name}: fps must lie between {low:g} and {high:g}, not {fps}"
        )
    return float(fps)


def _read_npy(path: Path, fps: float | None) -> PoseSequence:
    if is_object_array(path):
        angles, confidence = read_walker(path)
        source, notes = "hsmr", tuple(_doubts(confidence))
    else:
        angles, source, notes = _plain_array(path), "array", ()
    check_angles(angles, path.name)
    if fps is None:
        raise InputError(f"{path.name} stores no frame rate: give --fps")
    return PoseSequence(angles.astype(np.float32), float(fps), True, source, notes)


def _doubts(confidence: float) -> list[str]:
    if confidence >= SURE:
        return []
    return [
        "several people, or frames with nobody: the walker was followed with "
        f"confidence {confidence:.2f}"
    ]


def _plain_array(path: Path) -> FloatArray:
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise PoseError(f"{path.name} is not a complete .npy file: {error}") from error
    if array.dtype.kind not in "fiu":
        raise PoseError(f"{path.name} must hold numbers, not {array.dtype}")
    angles: FloatArray = array.astype(float)
    return angles


def _checked(pose: PoseSequence, path: Path, fps: float | None) -> PoseSequence:
    check_angles(pose.angles, path.name)
    check_fps(pose.fps, path.name)
    if fps is not None and abs(pose.fps - fps) > FPS_SLACK:
        raise InputError(
            f"{path.name}: its times are {pose.fps:g} to the second, not {fps:g}"
        )
    return pose


def check_angles(angles: FloatArray, name: str) -> None:
    """Refuse what cannot be a walk: wrong shape, infinities, one frame, all NaN."""
    if angles.ndim != 2 or angles.shape[1] != COUNT:
        shape = " x ".join(map(str, angles.shape))
        raise PoseError(f"{name}: a pose is frames x {COUNT} angles, not {shape}")
    if len(angles) < 2:
        raise PoseError(f"{name} holds {len(angles)} frame(s): at least 2 are needed")
    infinite = np.argwhere(np.isinf(angles))
    if len(infinite):
        frame, column = infinite[0]
        raise PoseError(
            f"{name}: angles must be finite or NaN, but frame {frame}, column {column} "
            f"is {angles[frame, column]}"
        )
    if np.isnan(angles).all():
        raise PoseError(f"{name}: no angle is observed in any frame (all NaN)")
    largest = float(np.nanmax(np.abs(angles)))
    if largest > 4 * np.pi:
        raise PoseError(
            f"{name}: angles must be in radians, but one is {largest:.4g}: degrees?"
        )
