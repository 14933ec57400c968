"""A synthetic walk and film, for tests that need no cohort."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gaitmodel.core.features.measure import measure
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.pose.skel import INDEX
from gaitmodel.core.records import ClipFilm, PoseSequence
from gaitmodel.core.store import file_sha256
from gaitmodel.core.systems.base import ClipInput, LabelledClip
from gaitmodel.core.taxonomy import GaitClass

FPS = 30.0


def swinging_pose(frames: int = 90, knee_deg: float = 60.0) -> PoseSequence:
    """Legs that swing in antiphase at 1 Hz, in HSMR's camera frame."""
    time = np.arange(frames) / FPS
    angles = np.zeros((frames, 46), dtype=np.float32)
    angles[:, INDEX["pelvis_tilt"]] = np.pi
    for side, phase in (("r", 0.0), ("l", np.pi)):
        swing = np.sin(2 * np.pi * time + phase)
        angles[:, INDEX[f"hip_flexion_{side}"]] = np.deg2rad(10 + 20 * swing)
        bend = np.clip(np.cos(2 * np.pi * time + phase), 0, None)
        angles[:, INDEX[f"knee_angle_{side}"]] = np.deg2rad(5 + knee_deg * bend)
    return PoseSequence(angles, FPS, camera_frame=True, source="test")


def film(path: Path, frames: int = 90, seed: int = 0) -> Path:
    """A small film of drifting coloured noise, different for each seed."""
    rng = np.random.default_rng(seed)
    scene = rng.integers(0, 255, (48, 64, 3), dtype=np.uint8)
    write_video(path, (np.roll(scene, i, axis=1) for i in range(frames)), FPS)
    return path


def clip_input(folder: Path, name: str = "walk-1", seed: int = 0) -> ClipInput:
    pose = swinging_pose(knee_deg=30.0 + 5 * seed)
    path = film(folder / f"{name}.mp4", seed=seed)
    seen = ClipFilm(path, file_sha256(path), 90)
    return ClipInput(name, seen, pose, measure(pose))


def labelled_clips(folder: Path, count: int) -> list[LabelledClip]:
    """Clips of two classes, each of a different subject."""
    labels = (GaitClass.NORMAL, GaitClass.DCM)
    return [
        LabelledClip(
            clip_input(folder, f"walk-{i}", seed=i), labels[i % 2], f"subject-{i}"
        )
        for i in range(count)
    ]
