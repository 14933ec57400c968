"""The typed records passed from one stage of the pipeline to the next.

They are frozen, have no side effects, and are in SI units unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gaitmodel.core.taxonomy import GaitClass

FloatArray = npt.NDArray[np.floating]
BoolArray = npt.NDArray[np.bool_]
ByteArray = npt.NDArray[np.uint8]
IntArray = npt.NDArray[np.integer]


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


class Quality(StrEnum):
    """How far a measured value may be trusted."""

    GOOD = "good"
    LOW = "low"
    NOT_MEASURABLE = "not_measurable"


class View(StrEnum):
    """The camera's view of the walker (GAVD's ``cam_view``)."""

    FRONT = "front"
    LEFT = "left side"
    RIGHT = "right side"
    BACK = "back"
    UNKNOWN = "unknown"


class Split(StrEnum):
    TRAIN = "train"
    VAL = "val"
    TEST = "test"


@dataclass(frozen=True)
class Annotation:
    """What a source's annotators noted about a clip, frame by frame.

    ``first_frame`` is the clip's first frame in its film (0-based; 0 where the film is
    cut to the clip), ``boxes`` (left, top, width, height) of the walker in each of the
    ``frames`` frames in pixels of an image of ``size`` (width, height), and
    ``contacts`` the initial contacts a clinician marked, as frame of the clip and side.
    """

    first_frame: int
    frames: int
    size: tuple[int, int]
    boxes: tuple[tuple[float, float, float, float], ...]
    contacts: tuple[tuple[int, Side], ...] = ()


@dataclass(frozen=True)
class ClipRef:
    """One clip as its source names it; at least one of video and pose is given."""

    clip: str
    subject: str
    label: GaitClass
    source: str
    video: Path | None = None
    pose: Path | None = None
    fps: float | None = None
    split: Split | None = None
    annotation: Annotation | None = None


@dataclass(frozen=True)
class VideoInfo:
    """What the container and its decoded frames state; nothing is assumed."""

    width: int
    height: int
    fps: float
    frames: int
    duration_s: float
    codec: str


@dataclass(frozen=True)
class Frames:
    """Sampled RGB frames: ``images`` (T, H, W, 3) uint8, ``indices`` (T,) in the clip."""

    images: ByteArray
    indices: IntArray
    fps: float


@dataclass(frozen=True)
class ClipFilm:
    """The film of a clip that people and models see: de-identified, or the skeleton."""

    path: Path
    sha256: str
    frames: int
    skeleton: bool = False


@dataclass(frozen=True)
class PoseSequence:
    """SKEL-46 joint angles of one walker.

    ``angles``: (T, 46) float32 radians in the order of ``pose.skel``; NaN means
    "not observed". ``camera_frame`` tells whether the three pelvis angles are still
    in a camera's frame (y down, as HSMR writes them) or already aligned to gravity.
    ``notes`` say what a reader of its numbers must know about its making.
    """

    angles: npt.NDArray[np.float32]
    fps: float
    camera_frame: bool
    source: str
    notes: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        return len(self.angles) / self.fps


@dataclass(frozen=True)
class GaitEvents:
    """Heel strikes (HS) and toe-offs (TO) in seconds from the first frame, ascending."""

    hs_left: FloatArray
    hs_right: FloatArray
    to_left: FloatArray
    to_right: FloatArray

    def heel_strikes(self, side: Side) -> FloatArray:
        return self.hs_left if side is Side.LEFT else self.hs_right

    def toe_offs(self, side: Side) -> FloatArray:
        return self.to_left if side is Side.LEFT else self.to_right


@dataclass(frozen=True)
class Metric:
    """One gait parameter with what is needed to judge it.

    ``value`` is ``None`` exactly when ``quality`` is ``not_measurable``, and then
    ``reason`` says why; ``n`` counts the steps, strides or frames it rests on.
    """

    key: str
    value: float | None
    unit: str
    n: int
    quality: Quality
    reason: str = ""
    side: Side | None = None


@dataclass(frozen=True)
class GaitFeatures:
    """Everything measured from one walk; texts, prompts and checks read it."""

    fps: float
    frames: int
    view: View
    events: GaitEvents
    metrics: Mapping[str, Metric]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class AngleText:
    """Joint-angle text within a token budget, and what had to be left out."""

    text: str
    frames_used: tuple[int, ...]
    frames_left_out: int
    tokens: int


@dataclass(frozen=True)
class Prediction:
    """A system's decision: ``probabilities`` over ``taxonomy.CLASSES``, in order.

    ``free_label`` is the class that a zero-shot model names in free text, or ``none``;
    empty for other systems.
    """

    system: str
    label: GaitClass
    probabilities: tuple[float, ...]
    free_label: str = ""


@dataclass(frozen=True)
class RationaleText:
    """A system's answer in the paper's format (Fig. 4), with how it was made."""

    system: str
    label: GaitClass | None
    text: str
    prompt_sha256: str
    details: Mapping[str, str] = field(default_factory=dict)
