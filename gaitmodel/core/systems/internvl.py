"""The frozen InternVL backbone: frames to visual tokens, fused states, text.

Written against transformers' native ``InternVLForConditionalGeneration``; any folder
of that class works, from the random ``tiny`` one to InternVL3.5-1B. It is never
trained.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import (
    DynamicCache,
    InternVLForConditionalGeneration,
)
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from gaitmodel.core.config import FusionOrder
from gaitmodel.core.decoding.packed_linear import packed
from gaitmodel.core.decoding.prompt_batches import FusedPrompt, flush_right, token_ids
from gaitmodel.core.decoding.read_prompts import ReadPrompts, read_batch
from gaitmodel.core.decoding.shared_prefix import NAME as SHARED_PREFIX
from gaitmodel.core.records import ByteArray
from gaitmodel.core.systems.pixels import normalised, resized

FRAMES_PER_FORWARD = 8  # fixed, so that features do not depend on the batch around


class InternVLBackbone:
    """A frozen vision-language model with the few operations the study needs."""

    def __init__(
        self,
        model: InternVLForConditionalGeneration,
        tokenizer: PreTrainedTokenizerBase,
        name: str,
        digest: str,
        folder: Path,
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self.model.set_attn_implementation({"text_config": SHARED_PREFIX})
        self.tokenizer = tokenizer
        self.name = name
        self.digest = digest
        self.folder = folder
        self.image_token = int(model.config.image_token_id)
        self._prefix: tuple[list[int], DynamicCache] | None = None

    @property
    def width(self) -> int:
        """D, the hidden size of the language model."""
        return int(self.model.config.text_config.hidden_size)

    @property
    def image_size(self) -> int:
        size = self.model.config.vision_config.image_size
        return int(size[0] if isinstance(size, list | tuple) else size)

    @property
    def device(self) -> torch.device:
        return torch.device(self.model.device)

    def count_tokens(self, text: str) -> int:
        """Length of a text in this backbone's tokens."""
        return len(token_ids(self.tokenizer, text))

    @torch.no_grad()
    def native_tokens(self, images: ByteArray) -> Tensor:
        """Projected visual tokens of each frame: (T, tokens per frame, D), float32."""
        frames = torch.from_numpy(resized(images, self.image_size))
        parts = [
            self.model.model.get_image_features(
                pixel_values=normalised(chunk.to(self.device)).to(self.model.dtype)
            ).pooler_output.float()
            for chunk in frames.split(FRAMES_PER_FORWARD)
        ]
        return torch.cat(parts).cpu()

    def encode_frames(self, images: ByteArray) -> Tensor:
        """V: the spatial mean of each frame's projected tokens, (T, D) float32."""
        return self.native_tokens(images).mean(dim=1)

    def lay_out(
        self,
        instruction: str,
        evidence: str,
        n_visual: int,
        order: FusionOrder,
    ) -> FusedPrompt:
        """One chat turn holding ``n_visual`` visual places and the two texts.

        ``visual_first`` and ``bidirectional`` are [V; E_bio] as Eq. 2 writes it;
        ``text_first`` is [E_bio; V], and then the instruction, the same for every
        clip, leads. The assistant's turn is begun but its text is not.
        """
        head = token_ids(self.tokenizer, "<|im_start|>user\n")
        tail = token_ids(self.tokenizer, "<|im_end|>\n<|im_start|>assistant\n")
        opening, closing = (
            token_ids(self.tokenizer, "<img>"),
            token_ids(self.tokenizer, "</img>\n"),
        )
        picture = [*opening, *[self.image_token] * n_visual, *closing]
        leading = [*head, *token_ids(self.tokenizer, instruction + "\n")]
        measured = token_ids(self.tokenizer, evidence + "\n") if evidence else []
        if order is FusionOrder.TEXT_FIRST:
            ids, shared = [*leading, *measured, *picture, *tail], len(leading)
        else:
            text = leading[len(head) :]
            ids, shared = [*head, *picture, *text, *measured, *tail], 0
        tokens = torch.tensor(ids)
        return FusedPrompt(tokens, tokens == self.image_token, shared)

    def _embed(self, prompt: FusedPrompt, visual: Tensor) -> Tensor:
        """Token embeddings with the visual features in their places: (L, D)."""
        ids = prompt.ids.to(self.device)
        embedded = self.model.get_input_embeddings()(ids)
        places = prompt.visual.to(self.device)[:, None]
        features: Tensor = embedded.masked_scatter(
            places, visual.to(self.device, embedded.dtype)
        )
        return features

    @torch.no_grad()
    def fused_state(
        self, visual: Tensor, layout: FusedPrompt, order: FusionOrder
    ) -> Tensor:
        """f_vlm (D,): the visual positions' last hidden states, mean-pooled (Eq. 2)."""
        embedded = self._embed(layout, visual)[None]  # (1, L, D)
        if order is FusionOrder.BIDIRECTIONAL:
            length = embedded.shape[1]
            states = self.model.model.language_model(
                inputs_embeds=embedded,
                attention_mask=torch.ones(
                    (1, 1, length, length), dtype=torch.bool, device=self.device
                ),
                use_cache=False,
            ).last_hidden_state[0]
        else:
            states = self._read(embedded, layout)
        places = (
            layout.visual[layout.shared :]
            if len(states) < len(layout.ids)
            else (layout.visual)
        )
        pooled: Tensor = states[places.to(self.device)].float().mean(dim=0)
        return pooled.cpu()

    def _read(self, embedded: Tensor, layout: FusedPrompt) -> Tensor:
        """Last hidden states after the shared prefix, which is read once: (L, D)."""
        past = copy.deepcopy(self._prefix_cache(layout)) if layout.shared else None
        states: Tensor = self.model.model.language_model(
            inputs_embeds=embedded[:, layout.shared :],
            past_key_values=past,
            use_cache=True,
        ).last_hidden_state[0]
        return states

    @torch.no_grad()
    def read(
        self, visuals: Sequence[Tensor], prompts: Sequence[FusedPrompt], room: int
    ) -> ReadPrompts:
        """Read each prompt once, for its feature and for ``room`` tokens after it.

        The prompts' shared prefix is read once for all. The rest of each prompt is
        left-padded, so that rows of different lengths end together.
        """
        rows = [self._embed(p, v) for p, v in zip(prompts, visuals, strict=True)]
        batch = flush_right(
            rows, prompts, int(self.tokenizer.pad_token_id), self.image_token
        )
        # Before the weights are packed: single clips' features use the prefix too.
        prefix = self._prefix_cache(prompts[0]) if prompts[0].shared else None
        with packed(self.model.model.language_model):
            return read_batch(self.model, self.tokenizer, batch, prefix, room)

    def _prefix_cache(self, prompt: FusedPrompt) -> DynamicCache:
        """The key-value cache of the shared prefix, read once per instruction."""
        leading = prompt.ids[: prompt.shared]
        if self._prefix is None or self._prefix[0] != leading.tolist():
            embedded = self.model.get_input_embeddings()(leading.to(self.device))
            first = self.model.model.language_model(
                inputs_embeds=embedded[None], use_cache=True
            )
            self._prefix = (leading.tolist(), first.past_key_values)
        return self._prefix[1]
