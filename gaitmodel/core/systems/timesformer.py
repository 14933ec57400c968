"""TimeSformer (introduction; Bertasius et al., ICML 2021), divided attention."""

from __future__ import annotations

from functools import partial

from transformers import TimesformerConfig, TimesformerForVideoClassification

from gaitmodel.core.systems.base import Parts
from gaitmodel.core.systems.film_classifier import FilmClassifier, FilmShape
from gaitmodel.core.systems.pretrained import (
    Architecture,
    Logits,
    architecture_network,
)
from gaitmodel.core.taxonomy import CLASSES

TIMESFORMER = Architecture(
    TimesformerForVideoClassification,
    full=partial(TimesformerConfig, num_labels=len(CLASSES)),
    small=partial(
        TimesformerConfig,
        num_labels=len(CLASSES),
        image_size=32,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    ),
    head="classifier.",
)


def timesformer(parts: Parts) -> FilmClassifier:
    """TimeSformer-B: 8 frames of 224 pixels."""
    build, weights = architecture_network(parts, TIMESFORMER)
    shape = FilmShape(8, 32 if parts.backbone == "tiny" else 224, *TIMESFORMER.pixels)
    return FilmClassifier(
        "timesformer", shape, lambda: Logits(build()), weights, parts.fusion
    )
