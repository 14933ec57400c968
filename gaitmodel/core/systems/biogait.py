"""BioGait-VLM (paper section 2.2) and its three ablations (Table 1, bottom).

Four named builders over one class and two choices: whether there is a TED branch, and
whether the language model reads the biomechanics. TED and head affect the generated
text only through the predicted class: the language model is frozen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gaitmodel.core.config import GenerationConfig, TedConfig
from gaitmodel.core.systems.base import Answers, ClipInput, Decide, Parts
from gaitmodel.core.systems.desk import answer_from_one_reading
from gaitmodel.core.systems.fused import FusedFeatures, ReadClip
from gaitmodel.core.systems.ted import TemporalEvidenceDistillation
from gaitmodel.core.taxonomy import CLASSES


class BioGaitClassifier(nn.Module):
    """All that is trained: the TED branch and the linear head g (section 2.3)."""

    def __init__(
        self, width: int, ted: TemporalEvidenceDistillation | None, classes: int
    ) -> None:
        super().__init__()
        self.ted = ted
        self.head = nn.Linear(2 * width if ted else width, classes)

    def forward(self, visual: Tensor, f_vlm: Tensor) -> Tensor:
        """``visual`` (B, T, D), ``f_vlm`` (B, D) -> logits (B, K)."""
        if self.ted is None:
            f_final = f_vlm
        else:
            f_final = torch.cat([f_vlm, self.ted(visual)], dim=-1)  # (B, 2D)
        logits: Tensor = self.head(f_final)
        return logits


@dataclass(frozen=True)
class BioGait:
    """A trainable, explaining system around one frozen backbone."""

    key: str
    features: FusedFeatures
    generation: GenerationConfig
    ted: TedConfig | None
    verify: bool = False
    reads_film: bool = True
    forward_batch: int = 64

    def describe(self) -> Mapping[str, str]:
        return {
            **self.features.describe(),
            "ted": str(self.ted),
            "classes": ",".join(CLASSES),
        }

    @property
    def views(self) -> int:
        return self.features.config.views

    def inputs(
        self, clip: ClipInput, view: int = 0, read: ReadClip | None = None
    ) -> dict[str, Tensor]:
        """``visual`` (T, D) and ``f_vlm`` (D,), both frozen and cached (or ``read``)."""
        return self.features.inputs(clip, view, read)

    def prompt_text(self, clip: ClipInput) -> str:
        return self.features.prompt_text(clip)

    def network(self) -> BioGaitClassifier:
        width = self.features.backbone.width
        ted = (
            TemporalEvidenceDistillation(width, self.features.config.frames, self.ted)
            if self.ted
            else None
        )
        return BioGaitClassifier(width, ted, len(CLASSES))

    def answer(self, clips: Sequence[ClipInput], decide: Decide) -> Answers:
        """Rationales conditioned on the predicted class and the pooled frames V."""
        return answer_from_one_reading(
            self.key,
            self.features,
            self.inputs,
            clips,
            decide,
            self.generation,
            verify=self.verify,
        )


def _features(parts: Parts, *, biomechanics: bool) -> FusedFeatures:
    return FusedFeatures(parts.internvl(), parts.fusion, parts.cache, biomechanics)


def biogait_full(parts: Parts) -> BioGait:
    """BioGait-VLM (Full)."""
    features = _features(parts, biomechanics=True)
    return BioGait("biogait_full", features, parts.generation, TedConfig())


def biogait_full_verified(parts: Parts) -> BioGait:
    """BioGait-VLM (Full) with verified decoding: the same weights, a separate arm."""
    features = _features(parts, biomechanics=True)
    return BioGait(
        "biogait_full_verified", features, parts.generation, TedConfig(), verify=True
    )


def biogait_no_bio(parts: Parts) -> BioGait:
    """w/o Biomechanical Branch: the instruction without angles and metrics."""
    features = _features(parts, biomechanics=False)
    return BioGait("biogait_no_bio", features, parts.generation, TedConfig())


def biogait_no_ted(parts: Parts) -> BioGait:
    """w/o TED Branch: the head reads f_vlm alone."""
    features = _features(parts, biomechanics=True)
    return BioGait("biogait_no_ted", features, parts.generation, None)


def biogait_no_both(parts: Parts) -> BioGait:
    """w/o both branches."""
    features = _features(parts, biomechanics=False)
    return BioGait("biogait_no_both", features, parts.generation, None)
