"""OpenCap and OpenSim marker files (.trc) to SKEL-46 angles, by segment directions.

Markers are in the world frame, Y up. Each segment's angle is taken in the sagittal
plane of the walker's own heading (from the hips' line), as for video landmarks, so the
same event detection applies. Pelvic tilt, axial rotations and whatever depends on a
missing marker stay NaN.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from gaitmodel.core.errors import PoseError
from gaitmodel.core.pose.landmark_angles import LIMBS, skel_from_landmarks
from gaitmodel.core.records import FloatArray, PoseSequence

_MARKERS: Final = {
    "hip": ("{S}HJC_study", "{S}HJC", "{S}Hip"),
    "knee": ("{s}_knee_study", "{S}KneeLat", "{S}KNE", "{S}Knee"),
    "ankle": ("{s}_ankle_study", "{S}AnkleLat", "{S}ANK", "{S}Ankle"),
    "heel": ("{s}_calc_study", "{S}HEE", "{S}Heel"),
    "toe": ("{s}_toe_study", "{S}TOE", "{S}BigToe"),
    "shoulder": ("{s}_shoulder_study", "{S}SHO", "{S}Shoulder"),
    "elbow": ("{s}_lelbow_study", "{S}ELB", "{S}Elbow"),
    "wrist": ("{s}_lwrist_study", "{S}WRA", "{S}Wrist"),
}
_NEEDED: Final = ("hip", "knee", "ankle", "heel", "toe")
_METRES: Final = {"m": 1.0, "mm": 0.001, "cm": 0.01}


def read_trc(path: Path) -> PoseSequence:
    """Read a marker file; units and rate are in its header.

    Raises
    ------
    PoseError
        If the header or table is not that of a ``.trc`` or has no marker or no frame, a
        unit is unknown, Y is not up, or a leg marker has none of the known names
        (OpenCap's, plug-in gait's, OpenPose's).
    """
    fps, scale, markers = _read_markers(path)
    frames = len(next(iter(markers.values())))
    world = np.full((frames, 33, 3), np.nan)
    for side, limb in LIMBS.items():
        for part, number in limb.items():
            found = _marker(markers, part, side)
            if found is not None:
                # The world's Y is up; landmarks are x right, y down, z away.
                world[:, number] = scale * found * (1.0, -1.0, -1.0)
            elif part in _NEEDED:
                tried = ", ".join(_names(part, side))
                raise PoseError(f"{path.name} has no marker for the {part}: {tried}")
    _check_upright(world, path)
    seen = np.where(np.isfinite(world).all(axis=2), 1.0, np.nan)
    angles = skel_from_landmarks(None, world, seen, fps)
    return PoseSequence(angles.astype(np.float32), fps, False, "markers")


def _check_upright(world: FloatArray, path: Path) -> None:
    """Refuse a file whose Y is not up: its legs are never along Y."""
    legs = np.concatenate(
        [world[:, LIMBS[side]["ankle"]] - world[:, LIMBS[side]["hip"]] for side in "rl"]
    )
    lengths = np.linalg.norm(legs, axis=1)
    down = legs[lengths > 0, 1] / lengths[lengths > 0]
    if len(down) and np.median(down) < 0.5:
        raise PoseError(
            f"{path.name}: Y must point up, but the hips are not above the ankles in Y "
            f"(cosine {np.median(down):.2f}): turn the markers' axes"
        )


def _names(part: str, side: str) -> list[str]:
    forms = _MARKERS[part]
    upper = side.upper()
    return [form.format(s=s, S=upper) for form in forms for s in (side, upper)]


def _marker(markers: dict[str, FloatArray], part: str, side: str) -> FloatArray | None:
    return next((markers[n] for n in _names(part, side) if n in markers), None)


def _read_markers(path: Path) -> tuple[float, float, dict[str, FloatArray]]:
    """Frame rate, metres per unit, and (T, 3) of each marker."""
    lines = path.read_text(errors="replace").splitlines()
    if len(lines) < 7 or not lines[0].startswith("PathFileType"):
        raise PoseError(f"{path.name} is no .trc file: it has no PathFileType header")
    header = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    try:
        fps, unit = float(header["DataRate"]), header["Units"]
        names = [name.strip() for name in lines[3].rstrip().split("\t")[2::3]]
        rows = [line.rstrip("\r\n").split("\t") for line in lines[5:] if line.strip()]
        if not names or not rows:
            raise ValueError("it names no marker" if rows else "it holds no frame")
        width = 2 + 3 * len(names)
        table = np.array(
            [[float(c) if c.strip() else np.nan for c in _fit(r, width)] for r in rows]
        )
    except (KeyError, ValueError) as error:
        raise PoseError(f"{path.name} is no readable .trc file: {error}") from error
    if unit not in _METRES or not fps > 0:
        raise PoseError(f"{path.name}: Units {unit!r} at {fps:g} per second is unknown")
    points = table[:, 2:].reshape(len(table), -1, 3)
    return fps, _METRES[unit], dict(zip(names, np.moveaxis(points, 1, 0), strict=True))


def _fit(row: list[str], width: int) -> list[str]:
    """A row cut (trailing tabs) or padded (missing last marker) to ``width`` cells."""
    return (row + [""] * width)[:width]
