"""BlazePose landmarks to SKEL-46 angles: sagittal in 2-D from the side, else in 3-D.

A camera at the walker's side sees the sagittal plane itself, and there the image is
better than the estimated depth (stance knees are 10 to 25 degrees off in 3-D); from
the front and back only depth shows the sagittal plane. What landmarks cannot show
(pelvic tilt, axial rotations, scapulae, hands) stays NaN. Without pelvic tilt, hip
flexion is the thigh's angle to the vertical; trunk extension, split equally between
lumbar and thorax, is the angle of the line from hips to shoulders to the vertical.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.signal import butter, sosfiltfilt

from gaitmodel.core.pose.rotations import wrap
from gaitmodel.core.pose.skel import COUNT, INDEX
from gaitmodel.core.pose.tracking import LONGEST_FILL
from gaitmodel.core.records import FloatArray

CUTOFF_HZ: Final = 6.0
_LEAST_SEEN: Final = 0.1
"""Visibility below which a landmark is not observed (a far leg has about 0.4)."""

_SIDE_SHARE: Final = np.sin(np.deg2rad(45.0))
_MIDLINE: Final = {"shoulders": (12, 11), "hips": (24, 23)}  # right, left
LIMBS: Final = {
    "r": {"shoulder": 12, "elbow": 14, "wrist": 16, "hip": 24, "knee": 26,
          "ankle": 28, "heel": 30, "toe": 32},
    "l": {"shoulder": 11, "elbow": 13, "wrist": 15, "hip": 23, "knee": 25,
          "ankle": 27, "heel": 29, "toe": 31},
}  # fmt: skip


def skel_from_landmarks(
    image: FloatArray | None, world: FloatArray, seen: FloatArray, fps: float
) -> FloatArray:
    """Gravity-frame angles (T, 46) in radians, NaN where not observed.

    ``image`` (T, 33, 2) pixels, y down; ``world`` (T, 33, 3) metres, x right, y down,
    z away from the camera; ``seen`` (T, 33) visibility 0..1; NaN without a person.
    Without ``image`` (markers), everything is computed in three dimensions.
    """
    hidden = ~(seen >= _LEAST_SEEN)
    world = smoothed(np.where(hidden[..., None], np.nan, world), fps)
    turn = _turn(world)
    angles = np.full((len(world), COUNT), np.nan)
    angles[:, INDEX["pelvis_list"]] = _list(world)
    if image is not None:
        image = smoothed(np.where(hidden[..., None], np.nan, image), fps)
    if image is not None and _is_beside(turn, toward := _facing(image, fps)):
        for way in (1.0, -1.0):  # facing the image's right shows the right side
            there = toward == way
            mean = _circular_mean(turn[there])
            angles[there, INDEX["pelvis_rotation"]] = _about(
                turn[there], mean, way * np.pi / 2
            )
        plane = np.stack([toward[:, None] * image[..., 0], -image[..., 1]], axis=-1)
        plane[np.isnan(toward)] = np.nan
    else:
        angles[:, INDEX["pelvis_rotation"]] = turn
        plane = _sagittal_plane(world, turn)
        for side, out in (("r", 1.0), ("l", -1.0)):
            angles[:, INDEX[f"hip_adduction_{side}"]] = _adduction(
                world, turn, side, out
            )
    _sagittal_angles(plane, angles)
    return angles


def smoothed(points: FloatArray, fps: float) -> FloatArray:
    """Short gaps bridged, then a zero-phase Butterworth low-pass at 6 Hz.

    ``points`` (T, J, D); each landmark's runs of frames are filtered separately; runs
    too short to filter are returned unchanged.
    """
    flat = points.reshape(len(points), -1).copy()
    sections = butter(2, min(CUTOFF_HZ, 0.45 * fps), fs=fps, output="sos")
    for column in flat.T:
        _bridge(column)
        known = np.isfinite(column)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False]))))
        for first, end in edges.reshape(-1, 2):
            if end - first > 9:
                padding = min(end - first - 1, int(fps))
                run = sosfiltfilt(sections, column[first:end], padlen=padding)
                column[first:end] = run
    return flat.reshape(points.shape)


def _bridge(column: FloatArray) -> None:
    known = np.flatnonzero(np.isfinite(column))
    for first, last in zip(known[:-1], known[1:], strict=True):
        if 1 < last - first <= LONGEST_FILL + 1:
            inside = np.arange(first + 1, last)
            column[inside] = np.interp(inside, (first, last), column[[first, last]])


def _lateral(world: FloatArray) -> FloatArray:
    """(T, 3) unit vector to the walker's right, in the gravity frame.

    The camera's x, y, z become Z = -x, Y = -y, X = -z (X toward the camera).
    """
    lines = [world[:, right] - world[:, left] for right, left in _MIDLINE.values()]
    across = np.nansum(lines, axis=0)
    turned: FloatArray = -across[:, ::-1]
    length = np.linalg.norm(turned, axis=1, keepdims=True)
    unit: FloatArray = turned / np.where(length > 0, length, np.nan)
    return unit


def _turn(world: FloatArray) -> FloatArray:
    """(T,) heading: 0 faces the camera, positive is turned to the walker's left."""
    right = _lateral(world)
    turn: FloatArray = np.arctan2(right[:, 0], right[:, 2])
    return turn


def _list(world: FloatArray) -> FloatArray:
    """(T,) the hips' line against the horizontal, right side down positive."""
    line = world[:, 24] - world[:, 23]
    flat = np.hypot(line[:, 0], line[:, 2])
    sloped: FloatArray = np.arctan2(line[:, 1], flat)
    return sloped


def _circular_mean(turn: FloatArray) -> float:
    known = turn[np.isfinite(turn)]
    return float(np.angle(np.exp(1j * known).mean())) if len(known) else float("nan")


def _about(turn: FloatArray, mean: float, centre: float) -> FloatArray:
    """The heading's changes around ``centre``, as the image shows the side better."""
    shifted: FloatArray = wrap(wrap(turn - mean) + centre)
    return shifted


def _facing(image: FloatArray, fps: float) -> FloatArray:
    """(T,) +1 where the walker faces the image's right, -1 for the left.

    It is where the toes point, over one second. Turns that last less are ignored. For
    half a second on either side of a real turn the walker is in between and the
    sagittal plane is not seen: NaN.
    """
    feet = [
        image[:, leg["toe"], 0] - image[:, leg["heel"], 0] for leg in LIMBS.values()
    ]
    ahead: FloatArray = np.nansum(feet, axis=0)
    second = max(int(fps), 1)
    mostly = 1.0 if float(np.sum(ahead)) > 0 else -1.0
    summed = np.convolve(ahead, np.ones(second), "same")[: len(ahead)]
    toward = np.where(mostly * summed < 0, -mostly, mostly)
    edges = np.flatnonzero(np.diff(toward)) + 1
    for first, end in zip([0, *edges], [*edges, len(toward)], strict=True):
        if end - first < second:
            toward[first:end] = mostly
    for edge in np.flatnonzero(np.diff(toward)) + 1:
        toward[max(edge - second // 2, 0) : edge + second // 2] = np.nan
    return toward


def _is_beside(turn: FloatArray, toward: FloatArray) -> bool:
    """Whether the camera is beside the walker, whichever way they go."""
    means = [_circular_mean(turn[toward == way]) for way in (1.0, -1.0)]
    known = [mean for mean in means if np.isfinite(mean)]
    return bool(known) and all(abs(np.sin(mean)) >= _SIDE_SHARE for mean in known)


def _sagittal_plane(world: FloatArray, turn: FloatArray) -> FloatArray:
    """(T, 33, 2) ahead of and above the hips, in the plane of the walker's heading."""
    ahead = np.stack([np.cos(turn), -np.sin(turn)], axis=-1)  # X, Z of the heading
    forward = -world[..., 2] * ahead[:, None, 0] - world[..., 0] * ahead[:, None, 1]
    return np.stack([forward, -world[..., 1]], axis=-1)


def _adduction(
    world: FloatArray, turn: FloatArray, side: str, out: float
) -> FloatArray:
    """(T,) the thigh's inclination toward the midline."""
    leg = LIMBS[side]
    thigh = world[:, leg["knee"]] - world[:, leg["hip"]]
    right = -thigh[:, 2] * np.sin(turn) - thigh[:, 0] * np.cos(turn)
    inward: FloatArray = -out * np.arctan2(right, np.abs(thigh[:, 1]))
    return inward


def _sagittal_angles(plane: FloatArray, angles: FloatArray) -> None:
    """Fill hips, knees, ankles, trunk and arms from (T, 33, 2) ahead and up."""
    hips = plane[:, list(_MIDLINE["hips"])].mean(axis=1)
    shoulders = plane[:, list(_MIDLINE["shoulders"])].mean(axis=1)
    trunk = shoulders - hips
    lean = np.arctan2(trunk[:, 0], trunk[:, 1])
    for name in ("lumbar_extension", "thorax_extension"):
        angles[:, INDEX[name]] = -lean / 2
    for side, limb in LIMBS.items():
        at = {name: plane[:, number] for name, number in limb.items()}
        thigh = _hanging(at["knee"] - at["hip"])
        shank = _hanging(at["ankle"] - at["knee"])
        foot = at["toe"] - at["heel"]
        sole = np.arctan2(foot[:, 1], foot[:, 0])
        upper = _hanging(at["elbow"] - at["shoulder"])
        fore = _hanging(at["wrist"] - at["elbow"])
        for name, values in (
            (f"hip_flexion_{side}", thigh),
            (f"knee_angle_{side}", wrap(thigh - shank)),
            (f"ankle_angle_{side}", wrap(sole - shank)),
            (f"shoulder_{side}_z", wrap(upper + lean)),
            (f"elbow_flexion_{side}", wrap(fore - upper)),
        ):
            angles[:, INDEX[name]] = values


def _hanging(segment: FloatArray) -> FloatArray:
    """(T,) angle of a segment (T, 2) from hanging straight down, forward positive."""
    angle: FloatArray = np.arctan2(segment[:, 0], -segment[:, 1])
    return angle
