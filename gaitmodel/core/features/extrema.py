"""Turning points of a noisy, drifting signal, to a fraction of a frame."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d
from scipy.signal import butter, correlate, find_peaks, sosfiltfilt

from gaitmodel.core.records import FloatArray

_FLICKER: Final = 0.4
"""Share of a step within which two turning points cannot be two steps."""

_STRIDE_S: Final = (0.6, 2.5)
_WINDOW_S: Final = 2.0
"""Window of the signal's local range: at least a stride, even a slow one."""


def low_pass(signal: FloatArray, fps: float, cutoff_hz: float) -> FloatArray:
    """Zero-phase second-order Butterworth along the first axis."""
    padding = min(len(signal) - 1, int(fps))
    filtered: FloatArray = sosfiltfilt(
        _sections(fps, cutoff_hz), signal, axis=0, padlen=padding
    )
    return filtered


@lru_cache
def _sections(fps: float, cutoff_hz: float) -> FloatArray:
    designed: FloatArray = butter(2, min(cutoff_hz, 0.45 * fps), fs=fps, output="sos")
    return designed


def turning_points(
    signal: FloatArray, fps: float, share: float, floor: float
) -> list[tuple[int, int]]:
    """(frame, +1 or -1) of alternating maxima and minima inside the signal.

    A turning point counts once the signal has returned from it by ``share`` of its
    local range and by at least ``floor``, so drift needs no baseline and a standing
    walker gives none. In a periodic signal, neighbours less than two fifths of a step
    apart are a flicker (legs confused as they pass) and are removed in pairs, the
    smallest first. The ends of the signal are never turning points.
    """
    width = max(3, round(_WINDOW_S * fps) | 1)
    spread = maximum_filter1d(signal, width) - minimum_filter1d(signal, width)
    needed = np.maximum(share * uniform_filter1d(spread, width), floor)
    found: list[tuple[int, int]] = []
    highest = lowest = direction = 0
    for frame, (value, step) in enumerate(
        zip(signal.tolist(), needed.tolist(), strict=True)
    ):
        highest = frame if value > signal[highest] else highest
        lowest = frame if value < signal[lowest] else lowest
        if direction >= 0 and signal[highest] - value > step:
            found.append((highest, 1))
            direction, lowest = -1, frame
        elif direction <= 0 and value - signal[lowest] > step:
            found.append((lowest, -1))
            direction, highest = 1, frame
    inside = [(frame, sign) for frame, sign in found if 0 < frame < len(signal) - 1]
    step = period_of(signal, fps) / 2
    return _without_flickers(inside, signal, _FLICKER * step)


def period_of(signal: FloatArray, fps: float) -> float:
    """The signal's period in frames; 0 if it is hardly periodic.

    The first peak of its autocorrelation that is close to the highest, among the
    durations of human strides.
    """
    still = signal - signal.mean()
    lags = np.arange(len(still))
    together = correlate(still, still)[len(still) - 1 :] / (len(still) - lags)
    first, last = round(_STRIDE_S[0] * fps), round(_STRIDE_S[1] * fps)
    inside = together[: min(last, len(still) - 2) + 2]
    peaks = find_peaks(inside)[0]
    peaks = peaks[peaks >= first]
    highest = float(inside[peaks].max(initial=0.0))
    if highest <= 0.3 * together[0]:
        return 0.0
    return float(peaks[inside[peaks] >= 0.8 * highest][0])


def _without_flickers(
    found: list[tuple[int, int]], signal: FloatArray, shortest: float
) -> list[tuple[int, int]]:
    kept = list(found)
    while True:
        close = [
            (abs(float(signal[after] - signal[before])), place)
            for place, ((before, _), (after, _)) in enumerate(pairwise(kept))
            if after - before < shortest
        ]
        if not close:
            return kept
        place = min(close)[1]
        del kept[place : place + 2]


def between_frames(signal: FloatArray, frame: int) -> float:
    """The extremum near ``frame``, by the parabola through its neighbours."""
    if not 0 < frame < len(signal) - 1:
        return float(frame)
    before, here, after = signal[frame - 1 : frame + 2]
    curvature = before - 2 * here + after
    if curvature == 0:
        return float(frame)
    return frame + float(np.clip(0.5 * (before - after) / curvature, -0.5, 0.5))
