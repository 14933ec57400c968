"""The kinematic descriptor of a walk, from which ``biogait_plus`` computes f_bio.

1. The walk is made upright, its heading removed (``walk.upright_angles``), and cut into
   windows of 3.2 s, half overlapping: more examples, and robust to a bad stretch.
2. Channels: the angles of one side and of the midline, and positions of joints from
   forward kinematics, in a frame that turns with the walker.
3. For each channel: its level, spread and speed; and its gait-cycle-normalised curve as
   harmonics of the stride frequency, in phase with that side's hip.
4. Every number is computed for the walk and for its mirror image and averaged. The
   descriptor is therefore invariant to mirroring: neither the affected side nor the
   camera's side can be learnt as such.

A number that depends on an unobserved angle is NaN.
"""

from __future__ import annotations

import warnings

import numpy as np

from gaitmodel.core.errors import InputError
from gaitmodel.core.pose.kinematics import JOINT_INDEX, joint_positions
from gaitmodel.core.pose.skel import INDEX, MIRROR_INDEX, NAMES, mirror
from gaitmodel.core.records import FloatArray, PoseSequence
from gaitmodel.core.systems.walk import upright_angles

FPS = 30.0
WINDOW, STEP = 96, 48  # frames
SHORTEST = 15  # frames
MAX_WINDOWS = 12
HARMONICS = 4
STRIDE_HZ = (0.3, 2.0)  # stride frequencies of slow and of hurried walks

OWN_SIDE = [i for i in range(len(NAMES)) if MIRROR_INDEX[i] >= i]  # midline and right
HIP = OWN_SIDE.index(INDEX["hip_flexion_r"])
POINTS = ("knee_r", "ankle_r", "heel_r", "toe_r", "elbow_r", "wrist_r", "head", "neck")
SINGLE = 8  # distances and sums that belong to no side
IN_PHASE = ("hip_flexion", "hip_adduction", "knee_angle", "elbow_flexion")

CHANNELS = len(OWN_SIDE) + 3 * len(POINTS) + SINGLE
PER_CHANNEL = 4 + 3 + 4 + HARMONICS + 3
NUMBERS = 3 + len(IN_PHASE) + CHANNELS * PER_CHANNEL
"""F, the length of a descriptor."""


def walk_descriptors(pose: PoseSequence) -> FloatArray:
    """(windows, F) float32, at most ``MAX_WINDOWS``, in order of time.

    Raises
    ------
    InputError
        If the walk is shorter than half a second.
    """
    angles = upright_angles(pose, FPS)
    if len(angles) < SHORTEST:
        raise InputError(
            f"a walk of {len(angles) / FPS:.2f} s is too short to be described; "
            f"it takes {SHORTEST / FPS:g} s"
        )
    cuts = window_starts(len(angles))
    return np.stack([descriptor(angles[start : start + WINDOW]) for start in cuts])


def window_starts(frames: int) -> list[int]:
    """First frames of a walk's windows, evenly spread from its start to its end."""
    if frames <= WINDOW:
        return [0]
    count = min(MAX_WINDOWS, -(-(frames - WINDOW) // STEP) + 1)
    return [int(s) for s in np.linspace(0, frames - WINDOW, count).round()]


def descriptor(angles: FloatArray) -> FloatArray:
    """The descriptor (F,) float32 of upright, heading-free angles (T, 46) at 30 fps."""
    with warnings.catch_warnings():
        # Intended: an unobserved angle makes every number that uses it NaN.
        warnings.simplefilter("ignore", RuntimeWarning)
        frequency, regularity, concentration = stride_rhythm(angles)
        own = _side_numbers(angles, frequency)
        other = _side_numbers(mirror(angles), frequency)
        numbers = [
            np.array([frequency, regularity, concentration]),
            _between_sides(angles),
            (own + other) / 2,
        ]
    joined: FloatArray = np.concatenate(numbers).astype(np.float32)
    return joined


def stride_rhythm(angles: FloatArray) -> tuple[float, float, float]:
    """Stride frequency in Hz, autocorrelation one stride later, and spectral share.

    From left minus right of hip and knee flexion; NaN where these were not observed.
    """
    pairs = ("hip_flexion", "knee_angle")
    swing = np.stack(
        [angles[:, INDEX[f"{n}_l"]] - angles[:, INDEX[f"{n}_r"]] for n in pairs], axis=1
    )
    swing = swing - swing.mean(axis=0)
    tapered = swing * np.hanning(len(swing))[:, None]
    power = (np.abs(np.fft.rfft(tapered, 2048, axis=0)) ** 2).sum(axis=1)
    hertz = np.fft.rfftfreq(2048, 1 / FPS)
    band = (hertz > STRIDE_HZ[0]) & (hertz < STRIDE_HZ[1])
    if not power[band].max() > 0:
        return float("nan"), float("nan"), float("nan")
    frequency = float(hertz[np.argmax(np.where(band, power, 0))])
    near = (hertz > 0.8 * frequency) & (hertz < 1.2 * frequency)
    share = float(power[near].sum() / power[hertz > 0.15].sum())
    return frequency, _autocorrelation(swing, round(FPS / frequency)), share


def _autocorrelation(series: FloatArray, lag: int) -> float:
    if lag >= len(series) - 5:
        return float("nan")
    early, late = series[:-lag], series[lag:]
    size = np.sqrt((early**2).sum(axis=0) * (late**2).sum(axis=0))
    return float(((early * late).sum(axis=0) / size).mean())


def _between_sides(angles: FloatArray) -> FloatArray:
    """How alike left and right move: correlation of four pairs of angles."""
    left, right = (
        np.stack([angles[:, INDEX[f"{name}_{side}"]] for name in IN_PHASE], axis=1)
        for side in "lr"
    )
    left, right = left - left.mean(axis=0), right - right.mean(axis=0)
    size = np.sqrt((left**2).sum(axis=0) * (right**2).sum(axis=0))
    alike: FloatArray = (left * right).sum(axis=0) / size
    return alike


def channels(angles: FloatArray) -> FloatArray:
    """(T, C): the right and midline angles, points of the right side, and distances."""
    where = joint_positions(angles)  # (T, J, 3), metres
    points = [where[:, JOINT_INDEX[name]] for name in POINTS]
    apart = {
        name: where[:, JOINT_INDEX[f"{name}_r"]] - where[:, JOINT_INDEX[f"{name}_l"]]
        for name in ("ankle", "knee", "wrist")
    }
    column = {name: angles[:, i] for name, i in INDEX.items()}
    lean = (
        column["pelvis_tilt"] + column["lumbar_extension"] + column["thorax_extension"]
    )
    sway = column["lumbar_bending"] + column["thorax_bending"] - column["pelvis_list"]
    lower = np.minimum(
        where[:, JOINT_INDEX["toe_r"], 1], where[:, JOINT_INDEX["toe_l"], 1]
    )
    single = [
        apart["ankle"][:, 2],  # step width
        apart["ankle"][:, 0],
        np.abs(apart["ankle"][:, 0]),  # step length
        np.linalg.norm(apart["knee"], axis=1),
        np.linalg.norm(apart["wrist"], axis=1),
        -lower,  # height of the pelvis above the lower foot
        lean,
        sway,
    ]
    return np.concatenate([angles[:, OWN_SIDE], *points, np.stack(single, 1)], axis=1)


def _side_numbers(angles: FloatArray, frequency: float) -> FloatArray:
    series = channels(angles)
    speed = np.gradient(series, 1 / FPS, axis=0)
    low, middle, high = np.quantile(series, [0.05, 0.5, 0.95], axis=0)
    slow, fast = np.quantile(speed, [0.05, 0.95], axis=0)
    curve, rest = _harmonics(series, frequency)  # (K, C), (C,)
    level = [series.mean(axis=0), low, middle, high]
    spread = [series.std(axis=0), high - low, rest]
    pace = [
        slow,
        fast,
        np.abs(speed).mean(axis=0),
        np.abs(np.gradient(speed, 1 / FPS, axis=0)).mean(axis=0),
    ]
    size = np.abs(curve)
    phase = curve[0] / (size[0] + 1e-6)
    shape = [*size, size[1] / (size[0] + size[1] + 1e-4), phase.real, phase.imag]
    return np.concatenate([*level, *spread, *pace, *shape])


def _harmonics(series: FloatArray, frequency: float) -> tuple[FloatArray, FloatArray]:
    """Complex harmonics (K, C) in phase with the own hip, and the residual (C,).

    Least squares of a level, a trend and ``HARMONICS`` harmonics of the stride.
    """
    if not np.isfinite(frequency):
        unknown = np.full((HARMONICS, series.shape[1]), np.nan)
        return unknown.astype(complex), unknown[0]
    time = np.arange(len(series)) / FPS
    turns = 2 * np.pi * frequency * time
    waves = [f(k * turns) for k in range(1, HARMONICS + 1) for f in (np.cos, np.sin)]
    basis = np.stack([np.ones_like(time), time - time.mean(), *waves], axis=1)
    known = np.isfinite(series).all(axis=0)
    weights = np.full((basis.shape[1], series.shape[1]), np.nan)
    weights[:, known] = np.linalg.lstsq(basis, series[:, known])[0]
    curve = weights[2::2] - 1j * weights[3::2]
    start = np.exp(-1j * np.angle(curve[0, HIP]))
    steps = np.arange(1, HARMONICS + 1)[:, None]
    return curve * start**steps, (series - basis @ weights).std(axis=0)
