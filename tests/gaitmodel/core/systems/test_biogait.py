"""The four builders: what reaches the classifier, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
import torch
from transformers import InternVLConfig, InternVLForConditionalGeneration

from gaitmodel.core.config import FusionConfig, FusionOrder, GenerationConfig, TedConfig
from gaitmodel.core.records import Prediction
from gaitmodel.core.systems.base import Decide
from gaitmodel.core.systems.biogait import BioGait, BioGaitClassifier
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.registry import SYSTEMS
from gaitmodel.core.systems.ted import TemporalEvidenceDistillation
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import clip_input

BUILDERS = ["biogait_full", "biogait_no_bio", "biogait_no_ted", "biogait_no_both"]


def build(
    workplace: Workplace, key: str, order: FusionOrder = FusionOrder.TEXT_FIRST
) -> BioGait:
    return workplace.trainable(
        key, "tiny", FusionConfig(frames=4, fusion_order=order), GenerationConfig(8, 2)
    )


def logits(system: BioGait, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    torch.manual_seed(0)
    network = system.network().eval()
    return network(**{name: value[None] for name, value in inputs.items()})


@pytest.mark.parametrize("key", BUILDERS)
def test_each_builder_gives_eight_logits(
    workplace: Workplace, tmp_path: Path, key: str
) -> None:
    system = build(workplace, key)
    assert logits(system, system.inputs(clip_input(tmp_path))).shape == (1, 8)


@pytest.mark.parametrize(
    ("key", "order", "moves"),
    [
        ("biogait_full", FusionOrder.TEXT_FIRST, True),
        ("biogait_full", FusionOrder.BIDIRECTIONAL, True),
        ("biogait_full", FusionOrder.VISUAL_FIRST, False),
        ("biogait_no_bio", FusionOrder.TEXT_FIRST, False),
    ],
)
def test_a_change_of_the_walk_reaches_the_logits_only_through_the_text(
    workplace: Workplace, tmp_path: Path, key: str, order: FusionOrder, moves: bool
) -> None:
    import dataclasses

    system = build(workplace, key, order)
    clip = clip_input(tmp_path, seed=0)
    other = clip_input(tmp_path, "walk-2", seed=3)
    stiff = dataclasses.replace(clip, pose=other.pose, features=other.features)
    gap = (
        logits(system, system.inputs(clip)) - logits(system, system.inputs(stiff))
    ).abs()
    assert (gap.max() > 1e-5) == moves


def test_the_same_clip_is_read_from_the_cache_bit_for_bit(
    workplace: Workplace, tmp_path: Path
) -> None:
    clip = clip_input(tmp_path)
    first = build(workplace, "biogait_full").inputs(clip)
    stored = build(workplace, "biogait_full").inputs(clip)
    uncached = Workplace(workplace.backbones, workplace.checkpoints, None)
    again = build(uncached, "biogait_full").inputs(clip)
    for name in first:
        assert torch.equal(first[name], stored[name])
        assert torch.equal(first[name], again[name])


def test_variants_share_the_visual_features(
    workplace: Workplace, tmp_path: Path
) -> None:
    clip = clip_input(tmp_path)
    build(workplace, "biogait_full").inputs(clip)
    files = set((workplace.cache or tmp_path).rglob("*.safetensors"))
    build(workplace, "biogait_no_ted").inputs(clip)
    assert set((workplace.cache or tmp_path).rglob("*.safetensors")) == files


def test_at_the_real_shape_the_head_and_ted_have_the_papers_size() -> None:
    with torch.device("meta"):
        ted = TemporalEvidenceDistillation(1024, 32, TedConfig())
        full = BioGaitClassifier(1024, ted, 8)
        alone = BioGaitClassifier(1024, None, 8)
    assert round(sum(p.numel() for p in full.parameters()) / 1e6, 2) == 37.88
    assert sum(p.numel() for p in alone.parameters()) == 8_200


def test_at_the_real_shape_the_frozen_backbone_has_the_published_size() -> None:
    config = InternVLConfig(
        vision_config={
            "hidden_size": 1024,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
            "intermediate_size": 4096,
            "image_size": [448, 448],
            "patch_size": [14, 14],
            "attention_bias": True,
        },
        text_config={
            "model_type": "qwen3",
            "vocab_size": 151_936,
            "hidden_size": 1024,
            "intermediate_size": 3072,
            "num_hidden_layers": 28,
            "num_attention_heads": 16,
            "num_key_value_heads": 8,
            "head_dim": 128,
            "tie_word_embeddings": False,
        },
        tie_word_embeddings=False,
    )
    with torch.device("meta"):
        model = InternVLForConditionalGeneration(config)
    assert sum(p.numel() for p in model.parameters()) == 1_060_897_792


def test_the_registry_names_every_builder() -> None:
    assert set(BUILDERS) <= set(SYSTEMS)


def always(label: GaitClass) -> Decide:
    """A decision that hangs on nothing."""
    return lambda read: [Prediction("any", label, (0.0,) * 8) for _ in read]


def test_a_rationale_names_its_predicted_class_in_the_papers_format(
    workplace: Workplace, tmp_path: Path
) -> None:
    system = build(workplace, "biogait_full")
    decide = always(GaitClass.CEREBRAL_PALSY)
    [(_, answer)] = system.answer([clip_input(tmp_path)], decide)
    assert answer.text.startswith(
        "1) Final diagnosis class: cerebral palsy\n2) Rationale:"
    )
    assert len(answer.prompt_sha256) == 64


@pytest.mark.parametrize("order", list(FusionOrder))
def test_a_prompt_is_read_once_for_the_decision_and_the_text(
    workplace: Workplace, tmp_path: Path, order: FusionOrder
) -> None:
    system = build(workplace, "biogait_full", order)
    clips = [clip_input(tmp_path, f"c{seed}", seed) for seed in range(3)]
    decided: list[torch.Tensor] = []

    def decide(read: Sequence[Mapping[str, torch.Tensor]]) -> list[Prediction]:
        decided.extend(one["f_vlm"] for one in read)
        return always(GaitClass.DCM)(read)

    state = InternVLBackbone.fused_state
    with patch.object(
        InternVLBackbone, "fused_state", autospec=True, side_effect=state
    ) as alone:
        unread = [text.text for _, text in system.answer(clips, decide)]
    # A text is read causally; the other order needs a reading of its own.
    assert alone.call_count == (3 if order is FusionOrder.BIDIRECTIONAL else 0)
    cached = [system.inputs(clip)["f_vlm"] for clip in clips]
    for ours, theirs in zip(decided, cached, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)
    decided.clear()
    assert [text.text for _, text in system.answer(clips, decide)] == unread
    assert all(map(torch.equal, decided, cached))
