"""OpenSim and OpenCap coordinate files (.mot) to SKEL-46 angles.

Pelvis and hips are converted by rotation matrix, since OpenSim rotates in another order
than SKEL; knees, ankles and feet map one to one; the lumbar joint, which in OpenSim
spans SKEL's lumbar and thorax, is split in halves. What the file lacks stays NaN.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from gaitmodel.core.errors import PoseError
from gaitmodel.core.pose.rotations import opensim_rotation, skel_angles
from gaitmodel.core.pose.skel import COUNT, INDEX
from gaitmodel.core.records import FloatArray, PoseSequence

_TRANSLATIONS: Final = (
    "pelvis_tx",
    "pelvis_ty",
    "pelvis_tz",
    "sh_tx",
    "sh_ty",
    "sh_tz",
)
_ONE_TO_ONE: Final = {
    f"{theirs}_{side}": f"{ours}_{side}"
    for side in "rl"
    for theirs, ours in (
        ("ankle_angle", "ankle_angle"),
        ("subtalar_angle", "subtalar_angle"),
        ("mtp_angle", "mtp_angle"),
        ("elbow_flex", "elbow_flexion"),
        ("pro_sup", "pro_sup"),
    )
}
_SPLIT: Final = {
    "lumbar_extension": ("lumbar_extension", "thorax_extension"),
    "lumbar_bending": ("lumbar_bending", "thorax_bending"),
    "lumbar_rotation": ("lumbar_twist", "thorax_twist"),
}


def read_mot(path: Path) -> PoseSequence:
    """Read a ``.mot`` (or ``.sto``) coordinate file; the world's Y is up.

    Raises
    ------
    PoseError
        If the header, the table, the time column or the leg coordinates are missing
        or not numbers.
    """
    in_degrees, columns, time_step = _read_table(path)
    if "knee_angle_r" not in columns or "hip_flexion_r" not in columns:
        raise PoseError(
            f"{path.name} has no coordinates hip_flexion_r and knee_angle_r"
        )
    scale = np.pi / 180.0 if in_degrees else 1.0
    radians = {
        name: values * (1.0 if name in _TRANSLATIONS else scale)
        for name, values in columns.items()
        if name != "time"
    }
    fps = _frame_rate(columns["time"], time_step, path)
    angles = _skel_from_opensim(radians, len(columns["time"]))
    return PoseSequence(angles.astype(np.float32), fps, False, "opensim")


def _read_table(path: Path) -> tuple[bool, dict[str, FloatArray], float]:
    """Whether angles are in degrees; the columns; the times' last decimal place."""
    lines = path.read_text(errors="replace").splitlines()
    ends = [i for i, line in enumerate(lines) if line.strip().lower() == "endheader"]
    if not ends or ends[0] + 2 >= len(lines):
        raise PoseError(f"{path.name} has no 'endheader' followed by a table")
    header = "".join(lines[: ends[0]]).lower().replace(" ", "")
    names = lines[ends[0] + 1].split()
    if names[:1] != ["time"]:
        raise PoseError(
            f"{path.name}: its first column must be 'time', not {names[:1]}"
        )
    rows = [line.split() for line in lines[ends[0] + 2 :] if line.strip()]
    for number, row in enumerate(rows, start=ends[0] + 3):
        if len(row) != len(names):
            raise PoseError(
                f"{path.name}, line {number}: {len(names)} values expected, "
                f"{len(row)} found"
            )
    try:
        values = np.array(rows, dtype=float).reshape(-1, len(names))
    except ValueError as error:
        raise PoseError(
            f"{path.name} holds a value that is no number: {error}"
        ) from error
    columns = dict(zip(names, values.T, strict=True))
    return "indegrees=no" not in header, columns, min(_last_place(r[0]) for r in rows)


def _last_place(written: str) -> float:
    """0.001 for ``0.033``; 1e-9 for ``3.3e-2``, which is written in full precision."""
    if "e" in written.lower():
        return 1e-9
    return float(10.0 ** -len(written.partition(".")[2]))


def _frame_rate(time: FloatArray, last_place: float, path: Path) -> float:
    """Frames per second from the time column, which must advance evenly.

    Times are rounded to their last decimal place, so steps may differ by that. The rate
    is the whole number consistent with the first and last time, if there is one.
    """
    if len(time) < 2:
        raise PoseError(
            f"{path.name} holds {len(time)} frame(s): at least 2 are needed"
        )
    steps, length = np.diff(time), float(time[-1] - time[0])
    step = length / len(steps)
    uneven = 0.05 * step + min(last_place, 0.5 * step) + 1e-9
    if not (steps > 0).all() or np.abs(steps - step).max() > uneven:
        raise PoseError(f"{path.name}: its time column does not advance evenly")
    whole = round(len(steps) / length)
    if whole and abs(len(steps) / whole - length) <= last_place + 1e-9:
        return float(whole)
    return round(len(steps) / length, 3)


def _skel_from_opensim(columns: dict[str, FloatArray], frames: int) -> FloatArray:
    angles = np.full((frames, COUNT), np.nan)
    bends = _knee_sign(columns)
    _by_matrix(columns, angles, ("pelvis_tilt", "pelvis_list", "pelvis_rotation"), 0, 1)
    for side, out in (("r", 1.0), ("l", -1.0)):
        names = (f"hip_flexion_{side}", f"hip_adduction_{side}", f"hip_rotation_{side}")
        _by_matrix(columns, angles, names, INDEX[names[0]], out)
        knee = columns.get(f"knee_angle_{side}")
        if knee is not None:
            angles[:, INDEX[f"knee_angle_{side}"]] = bends * knee
    for theirs, ours in _ONE_TO_ONE.items():
        if theirs in columns:
            angles[:, INDEX[ours]] = columns[theirs]
    for theirs, halves in _SPLIT.items():
        if theirs in columns:
            for half in halves:
                angles[:, INDEX[half]] = columns[theirs] / 2
    return angles


def _by_matrix(
    columns: dict[str, FloatArray],
    angles: FloatArray,
    names: tuple[str, str, str],
    first: int,
    out: float,
) -> None:
    """Convert a ball joint's three angles; left hips are mirrored before and after."""
    if not all(name in columns for name in names):
        return
    tilt, side, turn = (columns[name] for name in names)
    converted = skel_angles(opensim_rotation(tilt, out * side, out * turn))
    for offset, (values, sign) in enumerate(
        zip(converted, (1.0, out, out), strict=True)
    ):
        angles[:, first + offset] = sign * values


def _knee_sign(columns: dict[str, FloatArray]) -> float:
    """-1 where knees flex negative (gait2392), 1 where positive (Rajagopal, OpenCap).

    Both knees of a file share one sign, as a leg that hardly bends cannot show it.
    """
    names = ("knee_angle_r", "knee_angle_l")
    both = np.concatenate([columns[name] for name in names if name in columns])
    return -1.0 if np.nanpercentile(both, (5, 95)).sum() < 0 else 1.0
