"""A walk as the kinematic systems read it: upright, heading removed, smoothed."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from gaitmodel.core.pose.kinematics import to_gravity
from gaitmodel.core.records import FloatArray, PoseSequence

HEADING_WINDOW_S = 1.5
CUTOFF_HZ = 6.0
PELVIS = slice(0, 3)
ROTATION = 2


def upright_angles(pose: PoseSequence, fps: float) -> FloatArray:
    """SKEL angles (T, 46) in radians at ``fps``, gravity frame, heading removed.

    1. The pelvis angles are unwrapped and brought near zero.
    2. The walker's own heading, a running mean over 1.5 s of the pelvis rotation, is
       subtracted, leaving the pelvis rotation within a step. The angles then reveal
       neither the camera's side nor the way the walker faces.
    3. Gaps are interpolated linearly; an angle that was never observed stays NaN.
    4. Resampled to ``fps``, zero-phase low-pass of 6 Hz.
    """
    angles = to_gravity(pose).angles.astype(float)
    observed = np.flatnonzero(np.isfinite(angles).any(axis=0))
    filled = np.full_like(angles, np.nan)
    for column in observed:
        filled[:, column] = _gap_free(angles[:, column], circular=bool(column < 3))
    filled[:, PELVIS] -= (
        2 * np.pi * np.round(np.median(filled[:, PELVIS], axis=0) / (2 * np.pi))
    )
    at_fps = _resampled(filled, pose.fps, fps)
    window = min(len(at_fps), int(HEADING_WINDOW_S * fps) | 1)
    at_fps[:, ROTATION] -= uniform_filter1d(at_fps[:, ROTATION], window, mode="nearest")
    return _smoothed(at_fps, fps)


def _gap_free(values: FloatArray, *, circular: bool) -> FloatArray:
    frames = np.arange(len(values))
    known = np.isfinite(values)
    series = np.unwrap(values[known]) if circular else values[known]
    closed: FloatArray = np.interp(frames, frames[known], series)
    return closed


def _resampled(angles: FloatArray, fps_in: float, fps_out: float) -> FloatArray:
    if abs(fps_in - fps_out) < 1e-6 or len(angles) < 2:
        return angles
    own = np.arange(len(angles)) / fps_in
    times = np.arange(0, own[-1] + 1e-9, 1 / fps_out)
    return np.stack([np.interp(times, own, column) for column in angles.T], axis=1)


def _smoothed(angles: FloatArray, fps: float) -> FloatArray:
    if len(angles) <= 15:
        return angles
    sections = butter(2, CUTOFF_HZ / (fps / 2), output="sos")
    smooth: FloatArray = sosfiltfilt(sections, angles, axis=0, padlen=15)
    return smooth
