"""The folders of backbones, cache and checkpoints, and the systems built from them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from torch import Tensor, nn

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import InputError, UnfinishedError, WeightsError
from gaitmodel.core.records import Prediction
from gaitmodel.core.systems.backbones import backbone_folder
from gaitmodel.core.systems.base import (
    Answers,
    ClipInput,
    ExplainingSystem,
    Parts,
    Progress,
    TrainableSystem,
    ZeroShotSystem,
)
from gaitmodel.core.systems.extraction import own_device
from gaitmodel.core.systems.feature_cache import FeatureCache
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.loading import load_internvl, quiet_transformers
from gaitmodel.core.systems.qwen3_vl import Qwen3VLBackbone, load_qwen3_vl
from gaitmodel.core.systems.registry import entry_for
from gaitmodel.core.taxonomy import CLASSES
from gaitmodel.core.training.checkpoint import load_weights, read_meta, subject_digest
from gaitmodel.core.training.dataset import stack_inputs, stacked
from gaitmodel.core.training.loop import logits_of


@cache
def _internvl(name: str, made_here: Path) -> InternVLBackbone:
    """Loaded once per process: the weights are frozen."""
    with quiet_transformers():
        return load_internvl(backbone_folder(name, made_here), name)


@cache
def _qwen3_vl(name: str, made_here: Path) -> Qwen3VLBackbone:
    """Loaded once per process: the weights are frozen."""
    with quiet_transformers():
        return load_qwen3_vl(name, made_here)


@dataclass(frozen=True)
class Fitted:
    """A trained system with the weights of one checkpoint."""

    system: TrainableSystem
    network: nn.Module
    checkpoint: str
    subjects_seen: frozenset[str]  # digests; empty in checkpoints of earlier versions

    def has_seen(self, subject: str) -> bool:
        """Whether the weights were fitted to this subject or chosen on them."""
        return subject_digest(subject) in self.subjects_seen

    @property
    def reads_film(self) -> bool:
        return self.system.reads_film

    @property
    def told(self) -> Mapping[str, str]:
        """What its texts depend on beyond the checkpoint: nothing."""
        return {}

    @property
    def weights(self) -> str:
        """Where the initial weights came from; empty if there were none."""
        return self.system.describe().get("weights", "")

    def predict(
        self, clips: Sequence[ClipInput], progress: Progress
    ) -> list[Prediction]:
        """The class of each clip with the network's softmax."""
        return self._decided(stack_inputs(self.system, clips, progress))

    def _decided(self, inputs: Mapping[str, Tensor]) -> list[Prediction]:
        logits = logits_of(self.network, inputs, self.system.forward_batch)
        return [
            Prediction(self.system.key, CLASSES[int(row.argmax())], tuple(row.tolist()))
            for row in logits.softmax(dim=1)
        ]

    def answer(self, clips: Sequence[ClipInput]) -> Answers:
        """The class of each clip and its rationale, in one batch.

        Raises
        ------
        InputError
            If the system has no language model.
        """
        return self.writer().answer(clips, lambda read: self._decided(stacked(read)))

    def writer(self) -> ExplainingSystem:
        """The system as an explaining one; ``InputError`` if it is none."""
        if not isinstance(self.system, ExplainingSystem):
            raise InputError(f"system {self.system.key!r} writes no rationales")
        return self.system


@dataclass(frozen=True)
class Untrained:
    """A system that answers without training; it has no checkpoint."""

    system: ZeroShotSystem
    checkpoint: str = ""
    weights: str = ""

    @property
    def told(self) -> Mapping[str, str]:
        """What its texts depend on, as there is no checkpoint to record it."""
        return self.system.describe()

    def has_seen(self, subject: str) -> bool:
        return False

    def writer(self) -> ZeroShotSystem:
        return self.system

    @property
    def reads_film(self) -> bool:
        return self.system.reads_film

    def predict(
        self, clips: Sequence[ClipInput], progress: Progress
    ) -> list[Prediction]:
        return self.system.predict(clips, progress)

    def answer(self, clips: Sequence[ClipInput]) -> Answers:
        return self.system.answer(clips)


@dataclass(frozen=True)
class Workplace:
    """The folders of model work; ``cache=None`` reruns the backbone each time."""

    backbones: Path
    checkpoints: Path
    cache: Path | None

    def backbone(self, name: str) -> InternVLBackbone:
        return _internvl(name, self.backbones)

    def features(self) -> FeatureCache:
        """The cache of frozen features."""
        return FeatureCache(self.cache)

    def parts(
        self, backbone: str, fusion: FusionConfig, generation: GenerationConfig
    ) -> Parts:
        """What builders may use; a backbone is loaded when one asks for it."""
        return Parts(
            backbone,
            fusion,
            generation,
            self.features(),
            partial(_internvl, backbone, self.backbones),
            partial(_qwen3_vl, backbone, self.backbones),
        )

    def open(self, key: str, backbone: str) -> None:
        """Build a system, so that a missing backbone is refused now."""
        entry_for(key, backbone).build(
            self.parts(backbone, FusionConfig(), GenerationConfig())
        )

    def trainable(
        self,
        key: str,
        backbone: str,
        fusion: FusionConfig,
        generation: GenerationConfig,
    ) -> TrainableSystem:
        """Build a trainable system.

        Raises
        ------
        InputError
            If it has nothing to train, or does not take this backbone.
        """
        if other := entry_for(key, backbone).weights_of:
            raise InputError(f"system {key!r} has the weights of {other!r}: train that")
        return self._built(key, backbone, fusion, generation)

    def _built(
        self,
        key: str,
        backbone: str,
        fusion: FusionConfig,
        generation: GenerationConfig,
    ) -> TrainableSystem:
        entry = entry_for(key, backbone)
        system = entry.build(self.parts(backbone, fusion, generation))
        if isinstance(system, ZeroShotSystem) or not entry.trained:
            raise InputError(f"system {key!r} is zero-shot: there is nothing to train")
        return system

    def answering(
        self,
        key: str,
        backbone: str,
        fusion: FusionConfig,
        generation: GenerationConfig,
        checkpoint: Path | None = None,
    ) -> Fitted | Untrained:
        """A system ready to predict and explain, with this or its newest checkpoint.

        Raises
        ------
        InputError
            If the system is unknown or does not take this backbone.
        WeightsError
            If no training of it on this backbone has finished.
        """
        entry = entry_for(key, backbone)
        if not entry.trained:
            system = entry.build(self.parts(backbone, fusion, generation))
            if isinstance(system, ZeroShotSystem):
                return Untrained(system)
        folder = checkpoint or self.latest_checkpoint(entry.weights_of or key, backbone)
        meta = read_meta(folder)
        trained_with = FusionConfig.from_json(meta["fusion"])
        fitted = self._built(key, backbone, trained_with, generation)
        network = fitted.network()
        load_weights(network, folder, fitted.describe())
        network.to(own_device())
        seen = frozenset(meta.get("subjects_seen", ()))
        return Fitted(fitted, network, folder.name, seen)

    def checkpoint_folder(self, key: str, backbone: str, digest: str) -> Path:
        return self.checkpoints / f"{self._stem(key, backbone)}{digest[:12]}"

    def latest_checkpoint(self, key: str, backbone: str) -> Path:
        """The finished checkpoint of this system and backbone last requested."""
        ended = []
        for folder in self.checkpoints.glob(f"{self._stem(key, backbone)}*"):
            try:
                meta = read_meta(folder)
            except UnfinishedError:
                continue  # still training
            ended.append((meta.get("asked_at", meta["finished_at"]), folder))
        if not ended:
            raise WeightsError(
                f"system {key!r} has no finished training on backbone {backbone!r}: "
                f"run train_biogait --system {key} --backbone {backbone}"
            )
        return max(ended)[1]

    @staticmethod
    def _stem(key: str, backbone: str) -> str:
        readable = re.sub(r"[^A-Za-z0-9.]+", "-", backbone).strip("-")[-60:]
        return f"{key}--{readable}--"
