"""The contract of a system of Table 1: what it reads, what it gives.

1. ``inputs(clip)`` reads one clip into named tensors. For systems with a frozen
   backbone these are the backbone's outputs, computed once and cached.
2. ``network()`` is a fresh trainable module: ``network(**inputs) -> logits (B, 8)``.
3. ``explain(...)`` writes a rationale in the paper's format (Fig. 4), for systems
   whose language model can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from torch import Tensor, nn

from gaitmodel.core.records import GaitFeatures, PoseSequence, Prediction, RationaleText
from gaitmodel.core.taxonomy import GaitClass

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ClipInput:
    """Everything of a prepared clip that a system may read; no label, no subject.

    ``clip`` names the clip in errors and caches and never enters a prompt.
    """

    clip: str
    film: Path
    film_sha256: str
    film_frames: int
    pose: PoseSequence
    features: GaitFeatures


@dataclass(frozen=True)
class LabelledClip:
    """A clip with what only training and scoring may know."""

    given: ClipInput
    label: GaitClass
    subject: str


class TrainableSystem(Protocol):
    """A system whose network is fitted to labelled clips."""

    @property
    def key(self) -> str: ...

    def describe(self) -> Mapping[str, str]:
        """What a checkpoint must match to be loaded: backbone, order, shapes."""

    def inputs(self, clip: ClipInput) -> dict[str, Tensor]:
        """Named tensors of one clip, without a batch dimension."""

    def network(self) -> nn.Module:
        """A freshly initialised network: ``network(**batch) -> logits (B, 8)``."""


class ExplainingSystem(Protocol):
    """A system that writes rationales."""

    @property
    def key(self) -> str: ...

    def explain(
        self,
        clips: Sequence[ClipInput],
        predictions: Sequence[Prediction],
        progress: Progress,
    ) -> list[RationaleText]:
        """One rationale per clip, naming the class of its prediction."""


class ZeroShotSystem(ExplainingSystem, Protocol):
    """A system that decides without training."""

    def predict(
        self, clips: Sequence[ClipInput], progress: Progress
    ) -> list[Prediction]:
        """One prediction per clip."""
