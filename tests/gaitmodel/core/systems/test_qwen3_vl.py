"""Qwen3-VL as a zero-shot system, on a tiny random instance of its class."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
    Qwen2VLImageProcessorPil,
)

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.decoding.prompt_batches import token_ids
from gaitmodel.core.errors import InputError, WeightsError
from gaitmodel.core.systems.answer_form import decoding, free_label
from gaitmodel.core.systems.qwen3_vl import PLACE, Qwen3VLBackbone, load_qwen3_vl
from gaitmodel.core.systems.qwen3_vl_zero_shot import Qwen3VLZeroShot
from gaitmodel.core.taxonomy import CLASSES
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import clip_input


@pytest.fixture
def backbone(backbones: Path) -> Qwen3VLBackbone:
    return load_qwen3_vl("tiny", backbones)


def frames(count: int = 2) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (count, 60, 80, 3), dtype=np.uint8)


def test_every_merged_patch_has_one_place_in_the_prompt(
    backbone: Qwen3VLBackbone,
) -> None:
    seen = backbone.lay_out(frames(3), "Judge.", "1)")
    place = backbone.tokenizer.convert_tokens_to_ids(PLACE)
    grid = seen.inputs["image_grid_thw"]
    assert (seen.inputs["input_ids"] == place).sum() == grid.prod(dim=1).sum() // 4
    assert len(seen.inputs["pixel_values"]) == grid.prod(dim=1).sum()


def test_scores_from_one_reading_equal_scores_read_one_by_one(
    backbone: Qwen3VLBackbone,
) -> None:
    seen = backbone.lay_out(frames(), "Judge.", "1) Final diagnosis class:")
    names = [" normal", " cerebral palsy", " parkinsons"]
    together = backbone.continuation_scores(seen, names)
    for name, score in zip(names, together, strict=True):
        ids = torch.tensor([token_ids(backbone.tokenizer, name)])
        whole = torch.cat([seen.inputs["input_ids"], ids], dim=1)
        extra = torch.zeros_like(ids)
        with torch.no_grad():
            logits = backbone.model(
                **{
                    **seen.inputs,
                    "input_ids": whole,
                    "attention_mask": torch.ones_like(whole),
                    "mm_token_type_ids": torch.cat(
                        [seen.inputs["mm_token_type_ids"], extra.int()], dim=1
                    ),
                }
            ).logits[0, len(seen) - 1 : -1]
        each = logits.log_softmax(dim=-1).gather(-1, ids[0][:, None]).mean()
        assert score == pytest.approx(float(each), abs=1e-4)


def test_it_decides_explains_and_sees_the_film(
    workplace: Workplace, tmp_path: Path
) -> None:
    system = workplace.answering(
        "qwen3_vl_zero_shot", "tiny", FusionConfig(2), GenerationConfig(6, 2)
    )
    assert isinstance(system.system, Qwen3VLZeroShot)
    clips = [clip_input(tmp_path, f"c{i}", seed=i) for i in range(2)]
    predictions = system.predict(clips, lambda i, n: None)
    assert sum(predictions[0].probabilities) == pytest.approx(1, abs=1e-5)
    assert predictions[0].probabilities != predictions[1].probabilities
    answers = system.answer(clips)
    assert [prediction for prediction, _ in answers] == predictions
    text = answers[0][1]
    assert text.text.startswith("1) Final diagnosis class: ")
    assert text.details["free_label"] in {"none", *(c.value for c in CLASSES)}
    assert decoding(GenerationConfig(6, 2)).items() <= text.details.items()
    with pytest.raises(InputError, match="--engine vllm does not write"):
        workplace.answering(
            "qwen3_vl_zero_shot",
            "tiny",
            FusionConfig(2),
            GenerationConfig(engine="vllm"),
        )
    with pytest.raises(InputError, match="zero-shot"):
        workplace.trainable(
            "qwen3_vl_zero_shot", "tiny", FusionConfig(), GenerationConfig()
        )


def test_a_folder_of_another_class_is_refused(
    workplace: Workplace, backbones: Path
) -> None:
    workplace.backbone("tiny")
    with pytest.raises(WeightsError, match="model_type is 'internvl'"):
        load_qwen3_vl(str(backbones / "tiny"), backbones)


def test_a_folder_without_its_tokenizer_is_refused(
    backbone: Qwen3VLBackbone, backbones: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(backbones / "qwen3-vl-tiny", broken)
    for path in broken.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(WeightsError, match="tokenizer's files are missing"):
        load_qwen3_vl(str(broken), backbones)


def test_a_folder_whose_pixels_are_normalised_otherwise_is_refused(
    backbone: Qwen3VLBackbone, backbones: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    shutil.copytree(backbones / "qwen3-vl-tiny", folder)
    backbone._processor.save_pretrained(folder)
    load_qwen3_vl(str(folder), backbones)
    Qwen2VLImageProcessorPil().save_pretrained(folder)  # Qwen2-VL's own: CLIP's mean
    with pytest.raises(WeightsError, match=r"other.*image_mean is \[0\.48"):
        load_qwen3_vl(str(folder), backbones)


def test_an_open_answer_is_read_as_a_class_or_as_none() -> None:
    assert free_label(" cerebral palsy\n2) Rationale") == "cerebral_palsy"
    assert free_label(" a gait of some kind") == "none"
