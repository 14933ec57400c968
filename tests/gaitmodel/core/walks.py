"""Walks with known events, made from sines, for tests that need no cohort."""

import numpy as np

from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import PoseSequence


def sine_walk(
    seconds: float = 6.0,
    fps: float = 30.0,
    stride_s: float = 1.1,
    noise_deg: float = 0.0,
    lag: float = 0.5,
) -> PoseSequence:
    """Legs that swing in harmonics, the left one delayed by ``lag`` of a stride.

    In the gravity frame, facing the camera, every angle observed.
    """
    times = np.arange(round(seconds * fps)) / fps
    angles = np.zeros((len(times), 46))
    for side, shift in (("r", 0.0), ("l", lag)):
        phase = 2 * np.pi * (times / stride_s - shift)
        angles[:, INDEX[f"hip_flexion_{side}"]] = 12 + 21 * np.cos(phase)
        knee = 25 - 20 * np.sin(phase) + 12 * np.sin(2 * phase) - 13 * np.cos(2 * phase)
        angles[:, INDEX[f"knee_angle_{side}"]] = knee
        angles[:, INDEX[f"shoulder_{side}_z"]] = 5 - 12 * np.cos(phase)
    angles[:, INDEX["shoulder_r_x"]], angles[:, INDEX["shoulder_l_x"]] = 47, -47
    angles += np.random.default_rng(0).normal(0, noise_deg, angles.shape)
    return PoseSequence(np.deg2rad(angles).astype(np.float32), fps, False, "sines")
