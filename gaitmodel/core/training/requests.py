"""Requests to the model runner, as records that a Run row can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gaitmodel.core.config import FusionConfig, GenerationConfig, TrainConfig


@dataclass(frozen=True)
class TrainRequest:
    """What to train, on which data and how; JSON in a Run row."""

    system: str
    backbone: str
    training: TrainConfig
    fusion: FusionConfig
    skip_failed: bool = False
    cached: bool = True
    max_clips: int = 0  # 0: all

    def command(self) -> str:
        """The command that repeats this, with every option that matters."""
        training, fusion = self.training, self.fusion
        words = [
            "manage.py train_biogait",
            f"--system {self.system}",
            f"--backbone {self.backbone}",
            f"--epochs {training.epochs}",
            f"--batch-size {training.batch_size}",
            f"--lr {training.learning_rate:g}",
            f"--seed {training.seed}",
            f"--patience {training.patience}",
            f"--fusion-order {fusion.fusion_order}",
            f"--sampling {fusion.sampling}",
            f"--text-tokens {fusion.text_tokens}",
            f"--views {fusion.views}",
        ]
        words += [f"--max-clips {self.max_clips}"] * bool(self.max_clips)
        words += ["--skip-failed"] * self.skip_failed
        words += ["--no-cache"] * (not self.cached)
        return " ".join(words)

    def to_json(self) -> dict[str, Any]:
        return {
            "system": self.system,
            "backbone": self.backbone,
            "training": asdict(self.training),
            "fusion": self.fusion.to_json(),
            "skip_failed": self.skip_failed,
            "cached": self.cached,
            "max_clips": self.max_clips,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TrainRequest:
        return cls(
            stored["system"],
            stored["backbone"],
            TrainConfig(**stored["training"]),
            FusionConfig.from_json(stored["fusion"]),
            stored.get("skip_failed", False),
            stored.get("cached", True),
            stored.get("max_clips", 0),
        )


@dataclass(frozen=True)
class GenerateRequest:
    """Which systems answer for which clips; JSON in a Run row."""

    systems: tuple[str, ...]
    backbone: str
    clips: tuple[str, ...]
    generation: GenerationConfig

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> GenerateRequest:
        return cls(
            tuple(stored["systems"]),
            stored["backbone"],
            tuple(stored["clips"]),
            GenerationConfig(**stored["generation"]),
        )
