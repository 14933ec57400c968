"""The frozen backbone: preprocessing, fusion orders, text, strict loading."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import (
    GotOcr2ImageProcessorPil,
)

from gaitmodel.core.config import FusionOrder
from gaitmodel.core.errors import WeightsError
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.loading import load_internvl
from gaitmodel.core.systems.pixels import IMAGENET_MEAN, IMAGENET_STD, preprocess

ORDERS = list(FusionOrder)
INSTRUCTION = "Name the class of this gait."


@pytest.fixture
def visual(tiny: InternVLBackbone) -> torch.Tensor:
    rng = np.random.default_rng(0)
    return tiny.encode_frames(rng.integers(0, 255, (4, 40, 60, 3), dtype=np.uint8))


def state(
    backbone: InternVLBackbone, visual: torch.Tensor, evidence: str, order: FusionOrder
) -> torch.Tensor:
    layout = backbone.lay_out(INSTRUCTION, evidence, len(visual), order)
    return backbone.fused_state(visual, layout, order)


def test_preprocessing_equals_the_hugging_face_pil_processor() -> None:
    frame = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), dtype=np.uint8)
    theirs = GotOcr2ImageProcessorPil(
        size={"height": 448, "width": 448},
        image_mean=IMAGENET_MEAN,
        image_std=IMAGENET_STD,
        crop_to_patches=False,
    )(Image.fromarray(frame), return_tensors="pt")["pixel_values"]
    ours = preprocess(frame[None], 448)
    assert (ours - theirs).abs().max() < 1e-6


def test_pooled_tokens_have_one_row_per_frame(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    assert visual.shape == (4, tiny.width)


def test_visual_first_cannot_see_the_text_behind_it(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    one = state(tiny, visual, "knee 10", FusionOrder.VISUAL_FIRST)
    other = state(tiny, visual, "knee 60 and more", FusionOrder.VISUAL_FIRST)
    assert (one - other).abs().max() == 0.0


@pytest.mark.parametrize("order", [FusionOrder.TEXT_FIRST, FusionOrder.BIDIRECTIONAL])
def test_the_other_orders_see_the_text(
    tiny: InternVLBackbone, visual: torch.Tensor, order: FusionOrder
) -> None:
    one = state(tiny, visual, "knee 10", order)
    other = state(tiny, visual, "knee 60 and more", order)
    assert (one - other).abs().max() > 1e-3


def test_the_shared_instruction_read_once_gives_the_same_state(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    layout = tiny.lay_out(INSTRUCTION, "knee 10", 4, FusionOrder.TEXT_FIRST)
    once = tiny.fused_state(visual, layout, FusionOrder.TEXT_FIRST)
    whole = tiny.model.model.language_model(
        inputs_embeds=tiny._embed(layout, visual)[None]
    ).last_hidden_state[0]
    assert layout.shared > 0
    assert torch.allclose(once, whole[layout.visual].mean(dim=0), atol=1e-5)


def test_texts_of_a_padded_batch_equal_those_made_one_by_one(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    layouts = [
        tiny.lay_out(INSTRUCTION, "knee 10 " * n, 4, FusionOrder.TEXT_FIRST)
        for n in (1, 7, 3)
    ]
    together = tiny.generate([visual] * 3, layouts, max_new_tokens=12)
    alone = [tiny.generate([visual], [one], max_new_tokens=12)[0] for one in layouts]
    assert together == alone
    assert len(set(together)) > 1


def test_one_reading_gives_the_feature_and_the_text(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    layouts = [
        tiny.lay_out(INSTRUCTION, "knee 10 " * n, 4, FusionOrder.TEXT_FIRST)
        for n in (1, 7, 3)
    ]
    both = tiny.read_and_generate([visual] * 3, layouts, max_new_tokens=8)
    assert both.texts == tiny.generate([visual] * 3, layouts, max_new_tokens=8)
    for row, layout in zip(both.f_vlm, layouts, strict=True):
        alone = tiny.fused_state(visual, layout, FusionOrder.TEXT_FIRST)
        assert torch.allclose(row, alone, atol=1e-5)
    assert both.tokens == 24


@pytest.mark.parametrize("order", ORDERS[:2])
def test_the_texts_are_those_of_transformers_without_any_of_our_shortcuts(
    tiny: InternVLBackbone, visual: torch.Tensor, order: FusionOrder
) -> None:
    layout = tiny.lay_out(INSTRUCTION, "knee 10", 4, order)
    embedded = tiny._embed(layout, visual)[None]
    plain = tiny.model.generate(
        inputs_embeds=embedded,
        attention_mask=torch.ones(embedded.shape[:2], dtype=torch.long),
        max_new_tokens=12,
        do_sample=False,
        no_repeat_ngram_size=3,
        pad_token_id=tiny.tokenizer.pad_token_id,
        eos_token_id=tiny.tokenizer.eos_token_id,
    )
    (expected,) = tiny.tokenizer.batch_decode(plain, skip_special_tokens=True)
    assert tiny.generate([visual], [layout], 12, no_repeat_ngram=3) == [expected]


def test_a_continuation_scores_its_mean_log_likelihood(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    layout = tiny.lay_out(INSTRUCTION, "", 4, FusionOrder.TEXT_FIRST)
    texts = [" normal", " cerebral palsy"]
    scores = tiny.continuation_scores(visual, layout, texts)
    for text, got in zip(texts, scores, strict=True):
        row = tiny._ids(text)
        embedded = tiny._embed(layout, visual)
        words = tiny.model.get_input_embeddings()(torch.tensor(row))
        logits = tiny.model.lm_head(
            tiny.model.model.language_model(
                inputs_embeds=torch.cat([embedded, words])[None]
            ).last_hidden_state[0]
        ).log_softmax(dim=-1)
        start = len(embedded) - 1
        wanted = torch.stack(
            [logits[start + i, token] for i, token in enumerate(row)]
        ).mean()
        assert got == pytest.approx(float(wanted), abs=1e-4)


def test_nothing_of_the_backbone_is_trainable(tiny: InternVLBackbone) -> None:
    assert not any(p.requires_grad for p in tiny.model.parameters())


def test_the_original_remote_code_checkpoint_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "internvl_chat"}))
    with pytest.raises(WeightsError, match="internvl_custom2hf.py"):
        load_internvl(tmp_path, "original")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("model.safetensors", b"cut short", "header"),
        ("config.json", b"{", "this is not JSON"),
        ("tokenizer.json", None, "tokenizer's files are missing"),
    ],
)
def test_a_corrupt_folder_is_named_with_what_is_wrong(
    backbones: Path,
    tiny: InternVLBackbone,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    said: str,
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(backbones / "tiny", broken)
    if content is None:
        for path in broken.glob("tokenizer*"):
            path.unlink()
    else:
        (broken / name).write_bytes(content)
    with pytest.raises(WeightsError, match=f"broken.*{said}"):
        load_internvl(broken, "broken")


def test_a_folder_with_a_missing_weight_is_refused(
    tiny: InternVLBackbone, backbones: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    broken = tmp_path / "broken"
    shutil.copytree(backbones / "tiny", broken)
    weights = load_file(broken / "model.safetensors")
    weights.pop(next(name for name in weights if "projector" in name))
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsError, match="missing_keys"):
        load_internvl(broken, "broken")
