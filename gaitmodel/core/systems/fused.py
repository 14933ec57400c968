"""A frozen backbone's features of a clip, computed once: V and f_vlm (Eq. 2)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from gaitmodel.core.config import FusionConfig, FusionOrder
from gaitmodel.core.decoding.prompt_batches import FusedPrompt
from gaitmodel.core.features.prompt import prompt_sha256
from gaitmodel.core.records import ByteArray
from gaitmodel.core.systems.base import ClipInput
from gaitmodel.core.systems.feature_cache import FeatureCache, content_key
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.reading import ClipReader


@dataclass(frozen=True)
class ReadClip:
    """A clip as the backbone reads it: V (T, D) and its prompt.

    ``f_vlm`` (D,) is given where the prompt has already been read, in a batch.
    """

    visual: Tensor
    prompt: FusedPrompt
    f_vlm: Tensor | None = None


@dataclass(frozen=True)
class FusedFeatures:
    """V, cached by film, and f_vlm, by (V, prompt, order); shared by all systems."""

    backbone: InternVLBackbone
    config: FusionConfig
    cache: FeatureCache
    biomechanics: bool

    @property
    def reader(self) -> ClipReader:
        return ClipReader(self.backbone, self.config, self.biomechanics)

    def visual(self, clip: ClipInput, view: int = 0) -> Tensor:
        """V (T, D) of the clip's film."""
        return self.cache.get(
            self._visual_key(clip, view),
            lambda: self.backbone.encode_frames(self.reader.images(clip, view)),
        )

    def has_visual(self, clip: ClipInput, view: int) -> bool:
        """Whether V of this view is in the cache."""
        return self.cache.holds(self._visual_key(clip, view))

    def store_visual(self, clip: ClipInput, view: int, images: ByteArray) -> None:
        """Put V into the cache, computed from decoded frames."""
        self.cache.get(
            self._visual_key(clip, view), lambda: self.backbone.encode_frames(images)
        )

    def _visual_key(self, clip: ClipInput, view: int) -> str:
        return content_key(
            film=clip.seen().sha256,
            frames=self.reader.frame_indices(clip, view).tolist(),
            backbone=self.backbone.digest,
            dtype=str(self.backbone.model.dtype),
        )

    def inputs(
        self, clip: ClipInput, view: int = 0, read: ReadClip | None = None
    ) -> dict[str, Tensor]:
        """``visual`` (T, D) and ``f_vlm`` (D,) of one sampling of the frames.

        ``read`` is that sampling if it has already been read, which saves reading the
        prompt again. Its f_vlm may differ in the last bits, so a cached one takes
        precedence, and it is not cached.
        """
        read = read or self._unread(clip, view)
        visual, order = read.visual, self.config.fusion_order
        key = content_key(
            ids=read.prompt.ids.tolist(),
            visual=visual.contiguous().numpy().tobytes().hex(),
            backbone=self.backbone.digest,
            dtype=str(self.backbone.model.dtype),
            order=order,
        )
        is_causal = order is not FusionOrder.BIDIRECTIONAL  # as texts are read
        if read.f_vlm is not None and is_causal and not self.cache.holds(key):
            return {"visual": visual, "f_vlm": read.f_vlm}
        f_vlm = self.cache.get(
            key, lambda: self.backbone.fused_state(visual, read.prompt, order)
        )
        return {"visual": visual, "f_vlm": f_vlm}

    def _unread(self, clip: ClipInput, view: int) -> ReadClip:
        visual = self.visual(clip, view)
        return ReadClip(
            visual, self.reader.prompt(self.reader.evidence(clip), len(visual))
        )

    def prompt_text(self, clip: ClipInput) -> str:
        """The instruction and the evidence, as the language model reads them."""
        return f"{self.reader.instruction()}\n{self.reader.evidence(clip)}"

    def describe(self) -> dict[str, str]:
        """What a checkpoint over these features must match."""
        return {
            "backbone": self.backbone.name,
            "backbone_sha256": self.backbone.digest,
            "width": str(self.backbone.width),
            "fusion": str(self.config),
            "biomechanics": str(self.biomechanics),
            "instruction_sha256": prompt_sha256(self.reader.instruction()),
        }
