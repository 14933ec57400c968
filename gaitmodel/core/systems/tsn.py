"""Temporal Segment Network on ResNet-50 (Table 1; Wang et al., ECCV 2016)."""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn
from transformers import ResNetConfig, ResNetForImageClassification

from gaitmodel.core.systems.base import Parts
from gaitmodel.core.systems.film_classifier import FilmClassifier, FilmShape
from gaitmodel.core.systems.pixels import IMAGENET_MEAN, IMAGENET_STD
from gaitmodel.core.systems.pretrained import Architecture, architecture_network
from gaitmodel.core.taxonomy import CLASSES

SEGMENTS = 8

RESNET = Architecture(
    ResNetForImageClassification,
    full=partial(ResNetConfig, num_labels=len(CLASSES)),
    small=partial(
        ResNetConfig,
        num_labels=len(CLASSES),
        embedding_size=8,
        hidden_sizes=[8, 16],
        depths=[1, 1],
    ),
    head="classifier.",
    pixels=(IMAGENET_MEAN, IMAGENET_STD),
)


class SegmentConsensus(nn.Module):
    """One image network over each segment's frame; the logits' mean decides."""

    def __init__(self, images: nn.Module) -> None:
        super().__init__()
        self.images = images

    def forward(self, film: Tensor) -> Tensor:
        """``film`` (B, T, 3, S, S) -> logits (B, K)."""
        batch, segments = film.shape[:2]
        each = self.images(film.flatten(0, 1)).logits
        consensus: Tensor = each.view(batch, segments, -1).mean(dim=1)
        return consensus


def tsn(parts: Parts) -> FilmClassifier:
    """TSN-R50: one frame from each of eight segments, 224 pixels."""
    build, weights = architecture_network(parts, RESNET)
    size = 32 if parts.backbone == "tiny" else 224
    shape = FilmShape(SEGMENTS, size, *RESNET.pixels)
    return FilmClassifier(
        "tsn", shape, lambda: SegmentConsensus(build()), weights, parts.fusion
    )
