"""The frozen Qwen3-VL backbone: frames and a prompt to class scores and text.

Each sampled frame is given as one image, in order: the native video path merges pairs
of frames, adds time stamps, and needs a library that this project does not use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from transformers import (
    AutoTokenizer,
    PreTrainedTokenizerFast,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
    Qwen2VLImageProcessorPil,
)
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from gaitmodel.core.decoding.prompt_batches import token_ids
from gaitmodel.core.errors import WeightsError
from gaitmodel.core.records import ByteArray
from gaitmodel.core.seeding import drawing_from
from gaitmodel.core.systems.backbones import made_once, tiny_tokenizer
from gaitmodel.core.systems.extraction import own_device
from gaitmodel.core.systems.folders import (
    UNREADABLE,
    check_model_type,
    check_normalisation,
    check_tokenizer,
    folder_digest,
    weights_folder,
)
from gaitmodel.core.systems.pixels import resized

VISION_START, VISION_END, PLACE = "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"
IMAGE_SIZE = 448  # pixels, section 2.5
HALF = [0.5] * 3  # mean and deviation for normalising pixels


@dataclass(frozen=True)
class Seen:
    """One prompt over one clip, ready for the model; a batch of one."""

    inputs: Mapping[str, Tensor]

    def __len__(self) -> int:
        return int(self.inputs["input_ids"].shape[1])


class Qwen3VLBackbone:
    """A frozen Qwen3-VL with the two operations the study needs."""

    def __init__(
        self,
        model: Qwen3VLForConditionalGeneration,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        digest: str,
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self.tokenizer = tokenizer
        self.name = name
        self.digest = digest
        vision = model.config.vision_config
        self._image_size = min(IMAGE_SIZE, vision.patch_size * 28)
        self._processor = Qwen2VLImageProcessorPil(
            patch_size=vision.patch_size,
            temporal_patch_size=vision.temporal_patch_size,
            merge_size=vision.spatial_merge_size,
            image_mean=HALF,
            image_std=HALF,
            do_resize=False,
        )

    def lay_out(self, images: ByteArray, text: str, answer: str) -> Seen:
        """Frames (T, H, W, 3) and a user turn; ``answer`` begins the assistant's."""
        small = resized(images, self._image_size)
        seen = self._processor(images=list(small), return_tensors="pt")
        grids = seen["image_grid_thw"]  # (T, 3)
        merge = self.model.config.vision_config.spatial_merge_size
        places = [int(grid.prod()) // merge**2 for grid in grids]
        film = "".join(f"{VISION_START}{PLACE * n}{VISION_END}" for n in places)
        prompt = (
            f"<|im_start|>user\n{film}{text}<|im_end|>\n<|im_start|>assistant\n{answer}"
        )
        ids = torch.tensor([token_ids(self.tokenizer, prompt)])
        device = self.model.device
        return Seen(
            {
                "input_ids": ids.to(device),
                "attention_mask": torch.ones_like(ids).to(device),
                "pixel_values": seen["pixel_values"].to(device, self.model.dtype),
                "image_grid_thw": grids.to(device),
                "mm_token_type_ids": (ids == self.model.config.image_token_id)
                .int()
                .to(device),
            }
        )

    @torch.no_grad()
    def continuation_scores(self, seen: Seen, continuations: Sequence[str]) -> Tensor:
        """Mean log-likelihood per token of each continuation: (n,) float32.

        The prompt is read once; its key-value cache serves every continuation.
        """
        rows = [token_ids(self.tokenizer, text) for text in continuations]
        first = self.model(**seen.inputs, use_cache=True, logits_to_keep=1)
        past = first.past_key_values
        past.batch_repeat_interleave(len(rows))
        longest = max(len(row) for row in rows)
        ids = torch.zeros((len(rows), longest), dtype=torch.long)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = torch.tensor(row)
        ids = ids.to(self.model.device)
        after = self.model(input_ids=ids, past_key_values=past, use_cache=True).logits
        before = first.logits[:, -1:].expand(len(rows), -1, -1)
        scores = torch.cat([before, after[:, :-1]], dim=1).float().log_softmax(dim=-1)
        taken = scores.gather(-1, ids[..., None])[..., 0]
        means = [taken[i, : len(row)].mean() for i, row in enumerate(rows)]
        return torch.stack(means).cpu()

    @torch.no_grad()
    def generate(self, seen: Seen, max_new_tokens: int, no_repeat_ngram: int) -> str:
        """The greedy continuation, new text only."""
        tokens = self.model.generate(
            **seen.inputs,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            no_repeat_ngram_size=no_repeat_ngram,
            pad_token_id=self.tokenizer.pad_token_id,
            eos_token_id=self.tokenizer.eos_token_id,
        )
        text: str = self.tokenizer.decode(
            tokens[0, len(seen) :], skip_special_tokens=True
        )
        return text


def load_qwen3_vl(
    name: str,
    made_here: Path,
    device: torch.device | None = None,
    dtype: torch.dtype | None = None,
) -> Qwen3VLBackbone:
    """Load a Qwen3-VL folder or hub id strictly; ``tiny`` is random and for tests.

    Raises
    ------
    WeightsError
        If it is missing, of another class, made for pixels that are normalised
        differently, or does not fill the model exactly.
    """
    if name == "tiny":
        folder = made_once(made_here / "qwen3-vl-tiny", _make_tiny)
    else:
        folder = weights_folder(name, "tiny")
    check_model_type(folder, "qwen3_vl")
    check_normalisation(folder, HALF, HALF)
    device = device or own_device()
    dtype = dtype or (torch.bfloat16 if device.type == "cuda" else torch.float32)
    try:
        model, report = Qwen3VLForConditionalGeneration.from_pretrained(
            folder, dtype=dtype, local_files_only=True, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except UNREADABLE as error:
        raise WeightsError(f"backbone {folder}: {error}") from error
    for rule in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if report[rule]:
            raise WeightsError(f"backbone {folder}: {rule}: {sorted(report[rule])[0]}")
    check_tokenizer(folder, tokenizer, PLACE, model.config.image_token_id)
    return Qwen3VLBackbone(model.to(device), tokenizer, name, folder_digest(folder))


def _make_tiny(folder: Path) -> None:
    tokenizer: PreTrainedTokenizerFast = tiny_tokenizer(
        {"vision_start": VISION_START, "vision_end": VISION_END, "image": PLACE}
    )
    ids = tokenizer.convert_tokens_to_ids
    config = Qwen3VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "initializer_range": 0.4,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 1e6,
                "mrope_section": [4, 2, 2],
                "mrope_interleaved": True,
            },
        },
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "patch_size": 2,
            "out_hidden_size": 64,
            "num_position_embeddings": 196,
            "deepstack_visual_indexes": [0],
        },
        image_token_id=ids(PLACE),
        vision_start_token_id=ids(VISION_START),
        vision_end_token_id=ids(VISION_END),
        tie_word_embeddings=True,
    )
    with drawing_from(0):
        model = Qwen3VLForConditionalGeneration(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
