"""BioGait+ (ours): BioGait-VLM with a kinematic descriptor f_bio in the fusion.

f_final = [f_vlm; f_temp; f_bio], where f_bio (B, K) are the calibrated log-probabilities
of the pose model. The head is initialised to the pose model, so training learns what
the film adds. During training it reads cross-fitted f_bio: each clip's comes from
machines fitted without its subject. Without a backbone there is only the pose model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gaitmodel.core.config import GenerationConfig, TedConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.base import (
    NO_BACKBONE,
    Answers,
    ClipInput,
    Decide,
    Parts,
)
from gaitmodel.core.systems.descriptor import (
    MAX_WINDOWS,
    NUMBERS,
    WINDOW,
    walk_descriptors,
)
from gaitmodel.core.systems.desk import answer_from_one_reading
from gaitmodel.core.systems.fused import FusedFeatures, ReadClip
from gaitmodel.core.systems.kinematic_machine import KinematicMachine
from gaitmodel.core.systems.ted import TemporalEvidenceDistillation
from gaitmodel.core.taxonomy import CLASSES


class PoseClassifier(nn.Module):
    """The pose model alone; none of it is trained by gradient steps."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = KinematicMachine(NUMBERS, len(CLASSES))

    def fit_closed_form(
        self, inputs: Mapping[str, Tensor], labels: Tensor, subjects: Sequence[str]
    ) -> dict[str, Tensor]:
        """Fit the machine; return the inputs to train on, with f_bio cross-fitted."""
        held_out = self.machine.fit(inputs["walk"], labels, subjects)
        return {**inputs, "f_bio": held_out}

    def f_bio(self, walk: Tensor, held_out: Tensor | None) -> Tensor:
        """(B, K) log-probabilities: ``held_out`` if given, else the machine's."""
        if held_out is not None:
            return held_out
        scores: Tensor = self.machine(walk)
        return scores

    def forward(self, walk: Tensor, f_bio: Tensor | None = None) -> Tensor:
        """``walk`` (B, W, F) -> logits (B, K)."""
        return self.f_bio(walk, f_bio)


class FusedPoseClassifier(PoseClassifier):
    """TED and the head over [f_vlm; f_temp; f_bio]."""

    def __init__(self, width: int, ted: TemporalEvidenceDistillation) -> None:
        super().__init__()
        self.ted = ted
        self.head = nn.Linear(2 * width + len(CLASSES), len(CLASSES))
        with torch.no_grad():
            self.head.weight[:, : 2 * width] *= 0.1
            self.head.weight[:, 2 * width :] = torch.eye(len(CLASSES))
            self.head.bias.zero_()

    def forward(  # type: ignore[override]
        self,
        walk: Tensor,
        f_bio: Tensor | None = None,
        *,
        visual: Tensor,
        f_vlm: Tensor,
    ) -> Tensor:
        """``visual`` (B, T, D), ``f_vlm`` (B, D), ``walk`` (B, W, F) -> logits (B, K)."""
        parts = [f_vlm, self.ted(visual), self.f_bio(walk, f_bio)]
        logits: Tensor = self.head(torch.cat(parts, dim=-1))
        return logits


@dataclass(frozen=True)
class BioGaitPlus:
    """Trainable with or without a film; ``features`` is absent without a backbone."""

    features: FusedFeatures | None
    generation: GenerationConfig
    key: str = "biogait_plus"
    forward_batch: int = 64

    @property
    def reads_film(self) -> bool:
        return self.features is not None

    def describe(self) -> Mapping[str, str]:
        frozen = self.features.describe() if self.features else {"backbone": "none"}
        return {
            **frozen,
            "descriptor": f"{NUMBERS} numbers of {WINDOW} frames",
            "classes": ",".join(CLASSES),
        }

    @property
    def views(self) -> int:
        return self.features.config.views if self.features else 1

    def inputs(
        self, clip: ClipInput, view: int = 0, read: ReadClip | None = None
    ) -> dict[str, Tensor]:
        """``walk`` (W, F), NaN where a shorter walk has no window; V and f_vlm."""
        try:
            windows = walk_descriptors(clip.pose)
        except InputError as error:
            raise InputError(f"clip {clip.clip!r}: {error}") from error
        walk = torch.full((MAX_WINDOWS, NUMBERS), torch.nan)
        walk[: len(windows)] = torch.from_numpy(windows)
        seen = self.features.inputs(clip, view, read) if self.features else {}
        return {"walk": walk, **seen}

    def prompt_text(self, clip: ClipInput) -> str:
        """The text of the clip's prompt; empty without a backbone."""
        return self.features.prompt_text(clip) if self.features else ""

    def network(self) -> PoseClassifier:
        if self.features is None:
            return PoseClassifier()
        width = self.features.backbone.width
        ted = TemporalEvidenceDistillation(
            width, self.features.config.frames, TedConfig()
        )
        return FusedPoseClassifier(width, ted)

    def answer(self, clips: Sequence[ClipInput], decide: Decide) -> Answers:
        """Rationales conditioned on the predicted class; they need a backbone."""
        if self.features is None:
            raise InputError(
                "system 'biogait_plus' without a backbone has no language model: "
                "train it with --backbone to have rationales"
            )
        return answer_from_one_reading(
            self.key, self.features, self.inputs, clips, decide, self.generation
        )


def biogait_plus(parts: Parts) -> BioGaitPlus:
    """BioGait+; with ``--backbone none`` it reads the pose alone."""
    features = (
        None
        if parts.backbone == NO_BACKBONE
        else FusedFeatures(parts.internvl(), parts.fusion, parts.cache, True)
    )
    return BioGaitPlus(features, parts.generation)
