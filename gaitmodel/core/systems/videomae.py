"""VideoMAE-B (introduction; Tong et al., NeurIPS 2022)."""

from __future__ import annotations

from functools import partial

from transformers import VideoMAEConfig, VideoMAEForVideoClassification

from gaitmodel.core.systems.base import Parts
from gaitmodel.core.systems.film_classifier import FilmClassifier, FilmShape
from gaitmodel.core.systems.pixels import IMAGENET_MEAN, IMAGENET_STD
from gaitmodel.core.systems.pretrained import (
    Architecture,
    Logits,
    architecture_network,
)
from gaitmodel.core.taxonomy import CLASSES

VIDEOMAE = Architecture(
    VideoMAEForVideoClassification,
    full=partial(VideoMAEConfig, num_labels=len(CLASSES)),
    small=partial(
        VideoMAEConfig,
        num_labels=len(CLASSES),
        image_size=32,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    ),
    head="classifier.",
    pixels=(IMAGENET_MEAN, IMAGENET_STD),
    # A checkpoint of the masked pre-training also holds the decoder, and lacks the
    # norm after the classifier's mean pooling.
    droppable=("decoder.", "encoder_to_decoder.", "mask_token"),
    fresh=("fc_norm.",),
)


def videomae(parts: Parts) -> FilmClassifier:
    """VideoMAE-B: 16 frames of 224 pixels."""
    build, weights = architecture_network(parts, VIDEOMAE)
    size = 32 if parts.backbone == "tiny" else 224
    shape = FilmShape(16, size, *VIDEOMAE.pixels)
    return FilmClassifier(
        "videomae", shape, lambda: Logits(build()), weights, parts.fusion
    )
