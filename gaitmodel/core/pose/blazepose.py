"""The pose of a film's walker by BlazePose, on the CPU, from its frames alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gaitmodel.core.errors import PoseError
from gaitmodel.core.media.frames import decoded_ahead
from gaitmodel.core.pose.blazepose_files import blazepose_files
from gaitmodel.core.pose.blazepose_model import BlazePose
from gaitmodel.core.pose.blazepose_people import PeopleInFilm, follow_people, stacked
from gaitmodel.core.pose.kinematics import from_gravity
from gaitmodel.core.pose.landmark_angles import skel_from_landmarks
from gaitmodel.core.pose.load import SURE
from gaitmodel.core.records import ByteArray, PoseSequence

SOURCE = "blazepose"
_SHORTEST_S = 0.8


@dataclass(frozen=True)
class FilmPose:
    """The walker's pose, and everyone whose landmarks were tracked."""

    pose: PoseSequence
    people: PeopleInFilm


def estimate_pose(
    frames: Iterable[ByteArray], fps: float, landmarks: Path | None = None
) -> FilmPose:
    """The walker's SKEL-46 angles in each RGB frame (H, W, 3).

    ``landmarks`` names a landmark model other than the full one (the heavy one).

    Raises
    ------
    PoseError
        If nobody is seen for at least the duration of a step.
    WeightsError
        If the networks' files are missing.
    """
    model = BlazePose(blazepose_files(landmarks))
    people = follow_people(model, decoded_ahead(frames))
    walker = people.tracks[0] if people.tracks else None
    if walker is None or len(walker.people) < max(2, _SHORTEST_S * fps):
        count = len(walker.people) if walker else 0
        raise PoseError(
            f"no walker is seen: the person seen longest is in {count} of "
            f"{people.frames} frames"
        )
    angles = skel_from_landmarks(*stacked(walker, people.frames), fps)
    upright = PoseSequence(
        angles.astype(np.float32), fps, False, SOURCE, tuple(_notes(people))
    )
    return FilmPose(from_gravity(upright), people)


def _notes(people: PeopleInFilm) -> list[str]:
    notes = [
        "the pose is BlazePose's: hip flexion and trunk lean are against the vertical"
    ]
    if people.confidence < SURE:
        notes.append(
            f"several people are in the film; the walker was chosen with confidence "
            f"{people.confidence:.2f}"
        )
    return notes
