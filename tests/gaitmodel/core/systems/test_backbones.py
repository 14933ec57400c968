"""A backbone that is made here is the same one on every machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from gaitmodel.core.systems.backbones import (
    IMAGE_TOKENS,
    add_image_tokens,
    backbone_folder,
    made_once,
    tiny_tokenizer,
)


def test_the_random_backbone_does_not_depend_on_what_was_drawn_before(
    tmp_path: Path,
) -> None:
    weights = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        made = backbone_folder("tiny", tmp_path / str(seed))
        weights.append((made / "model.safetensors").read_bytes())
    assert weights[0] == weights[1]


@pytest.mark.slow
def test_the_demos_backbone_names_no_folder_of_the_machine_that_made_it(
    tmp_path: Path,
) -> None:
    made = backbone_folder("smollm2", tmp_path)
    for described in made.glob("*.json"):
        assert sys.prefix not in described.read_text(), described.name


def test_room_for_images_is_the_same_whatever_was_drawn_before() -> None:
    embeddings = []
    for seed in (1, 2):
        tokenizer = tiny_tokenizer({})
        torch.manual_seed(0)
        config = LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=8,
            intermediate_size=8,
            num_hidden_layers=1,
            num_attention_heads=1,
        )
        language = LlamaForCausalLM(config)
        torch.manual_seed(seed)
        after = torch.get_rng_state()
        add_image_tokens(tokenizer, language)
        assert torch.equal(torch.get_rng_state(), after)
        embeddings.append(language.get_input_embeddings().weight)
    assert len(embeddings[0]) == len(tokenizer) == config.vocab_size
    assert set(IMAGE_TOKENS.values()) <= set(tokenizer.get_vocab())
    assert torch.equal(embeddings[0], embeddings[1])


def test_two_processes_that_make_one_backbone_both_have_it(tmp_path: Path) -> None:
    folder = tmp_path / "made"

    def first(part: Path) -> None:
        (part / "config.json").write_text("{}")

    def make(part: Path) -> None:
        made_once(folder, first)  # while this one is still at it
        (part / "config.json").write_text("[]")

    assert made_once(folder, make) == folder
    assert (folder / "config.json").read_text() == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
