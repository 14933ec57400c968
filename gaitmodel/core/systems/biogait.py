"""BioGait-VLM (paper section 2.2) and its three ablations (Table 1, bottom).

Four named builders over one class and two choices: is there a TED branch, and does
the language model read the biomechanics. TED and head never reach the generated text
except through the predicted class: the language model is frozen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gaitmodel.core.config import FusionConfig, GenerationConfig, TedConfig
from gaitmodel.core.records import Prediction, RationaleText
from gaitmodel.core.systems.base import ClipInput, Progress
from gaitmodel.core.systems.explain import explain_in_batches
from gaitmodel.core.systems.feature_cache import FeatureCache, content_key
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.reading import ClipReader
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
    backbone: InternVLBackbone
    config: FusionConfig
    cache: FeatureCache
    generation: GenerationConfig
    ted: TedConfig | None
    biomechanics: bool

    @property
    def reader(self) -> ClipReader:
        return ClipReader(self.backbone, self.config, self.biomechanics)

    def describe(self) -> Mapping[str, str]:
        return {
            "backbone": self.backbone.name,
            "backbone_sha256": self.backbone.digest,
            "width": str(self.backbone.width),
            "fusion": str(self.config),
            "ted": str(self.ted),
            "biomechanics": str(self.biomechanics),
            "classes": ",".join(CLASSES),
        }

    def visual(self, clip: ClipInput) -> Tensor:
        """V (T, D) of the clip's film, from the cache: shared by all variants."""
        indices = self.reader.frame_indices(clip)
        key = content_key(
            film=clip.film_sha256,
            frames=indices.tolist(),
            backbone=self.backbone.digest,
            dtype=str(self.backbone.model.dtype),
        )
        return self.cache.get(
            key, lambda: self.backbone.encode_frames(self.reader.images(clip))
        )

    def inputs(self, clip: ClipInput) -> dict[str, Tensor]:
        """``visual`` (T, D) and ``f_vlm`` (D,), both frozen and cached."""
        visual = self.visual(clip)
        layout = self.reader.prompt(clip, len(visual))
        order = self.config.fusion_order
        key = content_key(
            ids=layout.ids.tolist(),
            visual=_tensor_key(visual),
            backbone=self.backbone.digest,
            dtype=str(self.backbone.model.dtype),
            order=order,
        )
        f_vlm = self.cache.get(
            key, lambda: self.backbone.fused_state(visual, layout, order)
        )
        return {"visual": visual, "f_vlm": f_vlm}

    def network(self) -> BioGaitClassifier:
        width = self.backbone.width
        ted = (
            TemporalEvidenceDistillation(width, self.config.frames, self.ted)
            if self.ted
            else None
        )
        return BioGaitClassifier(width, ted, len(CLASSES))

    def explain(
        self,
        clips: Sequence[ClipInput],
        predictions: Sequence[Prediction],
        progress: Progress,
    ) -> list[RationaleText]:
        """Rationales conditioned on the predicted class and the pooled frames V."""
        return explain_in_batches(
            self.key,
            self.reader,
            self.visual,
            clips,
            predictions,
            self.generation,
            progress,
        )


def _tensor_key(tensor: Tensor) -> str:
    return content_key(values=tensor.contiguous().numpy().tobytes().hex())


def biogait_full(
    backbone: InternVLBackbone,
    config: FusionConfig,
    cache: FeatureCache,
    generation: GenerationConfig,
) -> BioGait:
    """BioGait-VLM (Full)."""
    return BioGait(
        "biogait_full", backbone, config, cache, generation, TedConfig(), True
    )


def biogait_no_bio(
    backbone: InternVLBackbone,
    config: FusionConfig,
    cache: FeatureCache,
    generation: GenerationConfig,
) -> BioGait:
    """w/o Biomechanical Branch: keeps the instruction, loses angles and metrics."""
    return BioGait(
        "biogait_no_bio", backbone, config, cache, generation, TedConfig(), False
    )


def biogait_no_ted(
    backbone: InternVLBackbone,
    config: FusionConfig,
    cache: FeatureCache,
    generation: GenerationConfig,
) -> BioGait:
    """w/o TED Branch: the head reads f_vlm alone."""
    return BioGait("biogait_no_ted", backbone, config, cache, generation, None, True)


def biogait_no_both(
    backbone: InternVLBackbone,
    config: FusionConfig,
    cache: FeatureCache,
    generation: GenerationConfig,
) -> BioGait:
    """w/o both branches."""
    return BioGait("biogait_no_both", backbone, config, cache, generation, None, False)
