"""The contract of a system of Table 1: its inputs and outputs.

1. ``inputs(clip)`` reads one clip into named tensors. For systems with a frozen
   backbone these are the backbone's outputs, computed once and cached.
2. ``network()`` is a fresh trainable module: ``network(**inputs) -> logits (B, 8)``.
3. ``answer(...)`` decides and writes a rationale in the paper's format (Fig. 4), for
   systems whose language model can.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from torch import Tensor, nn

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.features.codec import features_to_json
from gaitmodel.core.records import (
    ClipFilm,
    GaitFeatures,
    PoseSequence,
    Prediction,
    RationaleText,
)
from gaitmodel.core.systems.feature_cache import FeatureCache
from gaitmodel.core.taxonomy import GaitClass

if TYPE_CHECKING:
    from gaitmodel.core.systems.internvl import InternVLBackbone
    from gaitmodel.core.systems.qwen3_vl import Qwen3VLBackbone

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ClipInput:
    """All that a system may read of a prepared clip; no label, no subject.

    ``clip`` names the clip in errors and caches and never enters a prompt. ``film`` is
    absent where only the pose was requested.
    """

    clip: str
    film: ClipFilm | None
    pose: PoseSequence
    features: GaitFeatures

    @cached_property
    def sha256(self) -> str:
        """Digest of everything here except the clip's name."""
        film = self.film.sha256 if self.film else ""
        measured = [film, self.pose.fps, features_to_json(self.features)]
        digest = hashlib.sha256(json.dumps(measured, sort_keys=True).encode())
        digest.update(self.pose.angles.tobytes())
        return digest.hexdigest()

    def seen(self) -> ClipFilm:
        """The film; ``InputError`` names the clip if it came without one."""
        if self.film is None:
            raise InputError(f"clip {self.clip!r} came without a film")
        return self.film


@dataclass(frozen=True)
class LabelledClip:
    """A clip with its label and subject, which only training and scoring may see."""

    given: ClipInput
    label: GaitClass
    subject: str


NO_BACKBONE = "none"


@dataclass(frozen=True)
class Parts:
    """What a builder may use; a backbone is loaded only if the builder asks for it.

    ``backbone`` is the value of ``--backbone``: ``none``, ``tiny``, a folder, a hub id.
    """

    backbone: str
    fusion: FusionConfig
    generation: GenerationConfig
    cache: FeatureCache
    internvl: Callable[[], InternVLBackbone]
    qwen3_vl: Callable[[], Qwen3VLBackbone]


class TrainableSystem(Protocol):
    """A system whose network is fitted to labelled clips."""

    @property
    def key(self) -> str: ...

    @property
    def reads_film(self) -> bool:
        """Whether its clips need a film."""

    @property
    def forward_batch(self) -> int:
        """Batch size of the network at inference."""

    def describe(self) -> Mapping[str, str]:
        """What a checkpoint must match to be loaded: backbone, order, shapes."""

    def inputs(self, clip: ClipInput) -> dict[str, Tensor]:
        """Named tensors of one clip, without a batch dimension."""

    def network(self) -> nn.Module:
        """A freshly initialised network: ``network(**batch) -> logits (B, 8)``."""


@runtime_checkable
class Viewed(Protocol):
    """A trainable system that can read several samplings (views) of a clip's frames."""

    @property
    def views(self) -> int:
        """The number of views; prediction uses view 0."""

    def inputs(self, clip: ClipInput, view: int = 0) -> dict[str, Tensor]: ...


@runtime_checkable
class ClosedForm(Protocol):
    """A network with a part that is fitted in closed form before the first epoch."""

    def fit_closed_form(
        self, inputs: Mapping[str, Tensor], labels: Tensor, subjects: Sequence[str]
    ) -> Mapping[str, Tensor]:
        """Fit that part to all clips: ``inputs`` (N, ...), ``labels`` (N,).

        Returns the inputs to train the rest on. Where they contain outputs of the
        fitted part, each clip's come from a fit without its subject.
        """


@runtime_checkable
class Prompting(Protocol):
    """A system whose language model reads a text about the clip."""

    def prompt_text(self, clip: ClipInput) -> str:
        """The full text of the clip's prompt."""


Answers = list[tuple[Prediction, RationaleText]]
Decide = Callable[[Sequence[Mapping[str, Tensor]]], list[Prediction]]
"""A trained network's predictions from the inputs of clips."""


@runtime_checkable
class ExplainingSystem(Protocol):
    """A trained system that writes rationales."""

    @property
    def key(self) -> str: ...

    def answer(self, clips: Sequence[ClipInput], decide: Decide) -> Answers:
        """A prediction of each clip, and a rationale that names its class.

        The language model reads each clip once, for the decision and for the text.
        """


@runtime_checkable
class ZeroShotSystem(Protocol):
    """A system that decides without training, and writes rationales."""

    @property
    def key(self) -> str: ...

    @property
    def reads_film(self) -> bool: ...

    def describe(self) -> Mapping[str, str]:
        """What its answers depend on besides the clip: backbone files, prompt text."""

    def predict(
        self, clips: Sequence[ClipInput], progress: Progress
    ) -> list[Prediction]:
        """One prediction per clip."""

    def answer(self, clips: Sequence[ClipInput]) -> Answers:
        """A prediction of each clip, and a rationale that names its class."""
