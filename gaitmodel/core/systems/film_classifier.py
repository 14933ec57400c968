"""What the video classifiers share: frames in, one network, eight logits.

They are trained end to end, so only the frames themselves can be cached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gaitmodel.core.config import FusionConfig
from gaitmodel.core.media.frames import read_frames, sample_indices
from gaitmodel.core.systems.base import ClipInput
from gaitmodel.core.systems.pixels import resized
from gaitmodel.core.taxonomy import CLASSES


@dataclass(frozen=True)
class FilmShape:
    """How many frames of which size a network reads, and how pixels are normalised."""

    frames: int
    size: int  # pixels, square
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


@dataclass(frozen=True)
class Weights:
    """Where the initial weights come from; ``source`` is named in every table."""

    source: str
    sha256: str = ""


RANDOM = Weights("random initialisation")


class NormalisedFilm(nn.Module):
    """Film bytes -> normalised clip -> ``network``'s logits."""

    def __init__(self, network: nn.Module, shape: FilmShape) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", _per_channel(shape.mean), persistent=False)
        self.register_buffer("std", _per_channel(shape.std), persistent=False)

    def forward(self, film: Tensor) -> Tensor:
        """``film`` (B, T, 3, S, S) uint8 -> logits (B, K)."""
        mean, std = self.get_buffer("mean"), self.get_buffer("std")
        logits: Tensor = self.network((film.float() / 255 - mean) / std)
        return logits


def _per_channel(values: tuple[float, float, float]) -> Tensor:
    return torch.tensor(values).view(1, 1, 3, 1, 1)


@dataclass(frozen=True)
class FilmClassifier:
    """A trainable system that reads nothing but the film."""

    key: str
    shape: FilmShape
    build: Callable[[], nn.Module]  # (B, T, 3, S, S) float32 -> (B, K)
    weights: Weights
    fusion: FusionConfig
    reads_film: bool = True
    forward_batch: int = 4

    def describe(self) -> Mapping[str, str]:
        return {
            "shape": str(self.shape),
            "sampling": f"{self.fusion.sampling}, {self.fusion.stretch_s} s",
            "weights": self.weights.source,
            "weights_sha256": self.weights.sha256,
            "classes": ",".join(CLASSES),
        }

    def inputs(self, clip: ClipInput) -> dict[str, Tensor]:
        """``film`` (T, 3, S, S) uint8: frames spread or consecutive, as configured."""
        seen = clip.seen()
        indices = sample_indices(
            seen.frames,
            clip.pose.fps,
            self.shape.frames,
            self.fusion.sampling,
            self.fusion.stretch_s,
        )
        images = resized(read_frames(seen.path, indices).images, self.shape.size)
        return {"film": torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()}

    def network(self) -> nn.Module:
        return NormalisedFilm(self.build(), self.shape)
