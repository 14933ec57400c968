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
from gaitmodel.core.systems.folders import check_normalisation
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


def test_a_folder_whose_pixels_are_normalised_otherwise_is_refused(
    tiny: InternVLBackbone, backbones: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "other-pixels"
    shutil.copytree(backbones / "tiny", folder)
    ours = GotOcr2ImageProcessorPil(image_mean=IMAGENET_MEAN, image_std=IMAGENET_STD)
    ours.save_pretrained(folder)
    load_internvl(folder, "as ours")
    GotOcr2ImageProcessorPil().save_pretrained(folder)  # CLIP's mean
    with pytest.raises(WeightsError, match=r"other-pixels.*image_mean is \[0\.48"):
        load_internvl(folder, "CLIP's")
    (folder / "preprocessor_config.json").write_text('{"image_mean": 0.5}')
    with pytest.raises(WeightsError, match=r"image_mean is 0\.5, but"):
        load_internvl(folder, "halves")


@pytest.mark.parametrize("mean", ['"CLIP"', "[0.48, 0.46]", "{}, 1"])
def test_a_mean_that_is_none_is_refused_in_one_sentence(
    tmp_path: Path, mean: str
) -> None:
    stated = f'{{"image_mean": [{mean}]}}'
    (tmp_path / "preprocessor_config.json").write_text(stated)
    with pytest.raises(WeightsError, match="image_mean is"):
        check_normalisation(tmp_path, IMAGENET_MEAN, IMAGENET_STD)


@pytest.mark.parametrize("stated", ['{"image_processor": null}', "[]"])
def test_a_processor_that_states_no_mean_is_of_its_kind(
    tmp_path: Path, stated: str
) -> None:
    (tmp_path / "processor_config.json").write_text(stated)
    check_normalisation(tmp_path, IMAGENET_MEAN, IMAGENET_STD)
