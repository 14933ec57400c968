"""Where model work finds its backbones, cache and checkpoints, and what it opens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import InputError, WeightsError
from gaitmodel.core.records import Prediction, RationaleText
from gaitmodel.core.systems.backbones import backbone_folder
from gaitmodel.core.systems.base import ClipInput, Progress
from gaitmodel.core.systems.biogait import BioGait, BioGaitClassifier
from gaitmodel.core.systems.feature_cache import FeatureCache
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.internvl_zero_shot import InternVLZeroShot
from gaitmodel.core.systems.loading import load_internvl, quiet_transformers
from gaitmodel.core.systems.registry import system_entry
from gaitmodel.core.taxonomy import CLASSES
from gaitmodel.core.training.checkpoint import load_weights, read_meta
from gaitmodel.core.training.dataset import stack_inputs
from gaitmodel.core.training.loop import logits_of


@cache
def _backbone(name: str, made_here: Path) -> InternVLBackbone:
    """Loaded once in a process: the weights are frozen."""
    with quiet_transformers():
        return load_internvl(backbone_folder(name, made_here), name)


@dataclass(frozen=True)
class Fitted:
    """A trained system with the weights of one checkpoint."""

    system: BioGait
    network: BioGaitClassifier
    checkpoint: str

    def predict(
        self, clips: Sequence[ClipInput], progress: Progress
    ) -> list[Prediction]:
        """The class of each clip with the head's softmax."""
        inputs = stack_inputs(self.system, clips, progress)
        shares = logits_of(self.network, inputs).softmax(dim=1)
        return [
            Prediction(self.system.key, CLASSES[int(row.argmax())], tuple(row.tolist()))
            for row in shares
        ]

    def explain(
        self,
        clips: Sequence[ClipInput],
        predictions: Sequence[Prediction],
        progress: Progress,
    ) -> list[RationaleText]:
        return self.system.explain(clips, predictions, progress)


@dataclass(frozen=True)
class Untrained:
    """A system that answers without training; it has no checkpoint."""

    system: InternVLZeroShot
    checkpoint: str = ""

    def predict(
        self, clips: Sequence[ClipInput], progress: Progress
    ) -> list[Prediction]:
        return self.system.predict(clips, progress)

    def explain(
        self,
        clips: Sequence[ClipInput],
        predictions: Sequence[Prediction],
        progress: Progress,
    ) -> list[RationaleText]:
        return self.system.explain(clips, predictions, progress)


@dataclass(frozen=True)
class Workplace:
    """Folders of the model room; ``cache=None`` re-runs the backbone each time."""

    backbones: Path
    checkpoints: Path
    cache: Path | None

    def backbone(self, name: str) -> InternVLBackbone:
        return _backbone(name, self.backbones)

    def trainable(
        self,
        key: str,
        backbone: str,
        fusion: FusionConfig,
        generation: GenerationConfig,
    ) -> BioGait:
        """Build a trainable system; ``InputError`` if it has nothing to train."""
        entry = system_entry(key)
        if entry.trained is None:
            raise InputError(f"system {key!r} is zero-shot: there is nothing to train")
        return entry.trained(
            self.backbone(backbone), fusion, FeatureCache(self.cache), generation
        )

    def answering(
        self,
        key: str,
        backbone: str,
        fusion: FusionConfig,
        generation: GenerationConfig,
    ) -> Fitted | Untrained:
        """A system ready to predict and explain, with its newest checkpoint.

        Raises
        ------
        InputError
            If the system is unknown.
        WeightsError
            If no training of it on this backbone has finished.
        """
        entry = system_entry(key)
        if entry.zero_shot is not None:
            return Untrained(
                entry.zero_shot(self.backbone(backbone), fusion, generation)
            )
        folder = self.latest_checkpoint(key, backbone)
        trained_with = FusionConfig.from_json(read_meta(folder)["fusion"])
        system = self.trainable(key, backbone, trained_with, generation)
        network = system.network()
        load_weights(network, folder, system.describe())
        return Fitted(system, network, folder.name)

    def checkpoint_folder(self, key: str, backbone: str, digest: str) -> Path:
        return self.checkpoints / f"{self._stem(key, backbone)}{digest[:12]}"

    def latest_checkpoint(self, key: str, backbone: str) -> Path:
        """The finished checkpoint of this system and backbone that ended last."""
        ended = []
        for folder in self.checkpoints.glob(f"{self._stem(key, backbone)}*"):
            try:
                ended.append((read_meta(folder)["finished_at"], folder))
            except WeightsError:
                continue  # a training that is still under way
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
