"""Every number of the method, with its unit and its place in the paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from gaitmodel.core.errors import InputError


class FusionOrder(StrEnum):
    """How [V; E_bio] (Eq. 2) meets a causal language model.

    Under ``visual_first``, the equation to the letter, the visual positions cannot
    attend to the text behind them: the pooled visual state is independent of the
    biomechanics. ``text_first`` is the default and a labelled deviation.
    """

    TEXT_FIRST = "text_first"
    VISUAL_FIRST = "visual_first"
    BIDIRECTIONAL = "bidirectional"


class Sampling(StrEnum):
    """Which T frames are read: spread over the analysed stretch, or consecutive."""

    UNIFORM = "uniform"
    WINDOW = "window"


class AngleStyle(StrEnum):
    """How a frame's angles are written: the clinical line, or the full template."""

    COMPACT = "compact"
    FULL = "full"


@dataclass(frozen=True)
class FusionConfig:
    """Inputs and shapes of BioGait-VLM (sections 2.2 and 2.5)."""

    frames: int = 32  # T, section 2.2
    image_size: int = 448  # pixels, section 2.5
    text_tokens: int = 1024  # budget of the biomechanical text, section 2.5
    fusion_order: FusionOrder = FusionOrder.TEXT_FIRST
    sampling: Sampling = Sampling.UNIFORM
    angle_style: AngleStyle = AngleStyle.COMPACT
    stretch_s: float = 4.3  # longest analysed stretch, our choice
    views: int = 1  # samplings of a clip's frames to train on, each cached

    def __post_init__(self) -> None:
        if self.frames < 1:
            raise InputError(f"frames must be at least 1, not {self.frames}")
        if self.views < 1:
            raise InputError(f"--views must be at least 1, not {self.views}")
        if self.text_tokens < 1:
            raise InputError(
                f"--text-tokens must be at least 1, not {self.text_tokens}"
            )
        if self.stretch_s <= 0:
            raise InputError(f"stretch_s must be positive, not {self.stretch_s}")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> FusionConfig:
        return cls(
            **{
                **stored,
                "fusion_order": FusionOrder(stored["fusion_order"]),
                "sampling": Sampling(stored["sampling"]),
                "angle_style": AngleStyle(stored["angle_style"]),
            }
        )


@dataclass(frozen=True)
class TedConfig:
    """Temporal Evidence Distillation (section 2.2, Eq. 1; section 2.5)."""

    queries: int = 32  # M
    layers: int = 3  # L
    heads: int = 4  # H
    feed_forward: int = 2048  # the only reading of the paper's 2048 that fits D = 1024
    dropout: float = 0.1


@dataclass(frozen=True)
class TrainConfig:
    """Section 2.5: AdamW, learning rate, batch and epochs."""

    epochs: int = 40
    batch_size: int = 2
    learning_rate: float = 5e-4
    weight_decay: float = 0.01  # AdamW's own default; the paper names none
    seed: int = 0
    patience: int = 0  # stop after this many epochs without a better one; 0: never

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise InputError(f"--epochs must be at least 1, not {self.epochs}")
        if self.batch_size < 1:
            raise InputError(f"--batch-size must be at least 1, not {self.batch_size}")
        if self.patience < 0:
            raise InputError(f"--patience must not be negative, not {self.patience}")
        if not 0 < self.learning_rate < 1:
            raise InputError(f"--lr must lie between 0 and 1, not {self.learning_rate}")


@dataclass(frozen=True)
class GenerationConfig:
    """How a rationale is decoded: alike in every arm, so its form reveals none."""

    max_new_tokens: int = 150
    batch_size: int = 8
    # Greedy decoding of small models loops; an n-gram this long never repeats.
    no_repeat_ngram: int = 10
    # Verified arm only: drafts per clip, and how they are drawn.
    candidates: int = 4
    temperature: float = 0.8
    seed: int = 0
    engine: str = "transformers"  # or vllm, where it is installed

    def __post_init__(self) -> None:
        for name in ("max_new_tokens", "batch_size", "candidates"):
            if (value := getattr(self, name)) < 1:
                option = name.replace("_", "-")
                raise InputError(f"--{option} must be at least 1, not {value}")
        if self.no_repeat_ngram < 0:
            raise InputError(
                f"--no-repeat-ngram must be 0 (off) or more, not {self.no_repeat_ngram}"
            )
