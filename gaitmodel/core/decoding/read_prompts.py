"""A batch of prompts that the language model has read once, for all later use.

The reading gives each prompt's visual state, from which the system decides. The answer
opens with that decision, so its tokens are appended to the key-value cache; every text
(the greedy one, each draft of verified decoding) and every score continues from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import DynamicCache, InternVLForConditionalGeneration
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from gaitmodel.core.decoding.draws import Drawn, RowDraws, row_keys
from gaitmodel.core.decoding.packed_linear import packed
from gaitmodel.core.decoding.prompt_batches import (
    NoRepeatInNewText,
    PromptBatch,
    token_ids,
)
from gaitmodel.core.decoding.roomy_cache import all_behind, cache_of, cut_out, room_for
from gaitmodel.core.decoding.writing import write


@dataclass(frozen=True)
class ReadPrompts:
    """``f_vlm`` (B, D) float32 of the prompts, and the state that texts continue from.

    ``ids`` and ``mask`` (B, L) are the prompts, left-padded after the shared prefix;
    ``past`` holds all of them, with room for the tokens to come.
    """

    model: InternVLForConditionalGeneration
    tokenizer: PreTrainedTokenizerBase
    ids: Tensor
    mask: Tensor
    past: DynamicCache
    f_vlm: Tensor

    def of_rows(self, rows: Sequence[int], room: int) -> ReadPrompts:
        """A copy of these rows with its own room; writing consumes the copy."""
        chosen = torch.tensor(rows, device=self.ids.device)
        return ReadPrompts(
            self.model,
            self.tokenizer,
            self.ids[chosen],
            self.mask[chosen],
            cut_out(self.past, chosen, room),
            self.f_vlm[chosen.cpu()],
        )

    def write(
        self,
        openings: Sequence[str],
        limit: int,
        no_repeat_ngram: int = 0,
        drawn: Drawn | None = None,
    ) -> list[str]:
        """Continuations of each prompt and its opening, greedy or drawn; new text only.

        Either all openings are empty or none is. Consumes the reading.
        """
        tokens = self.new_tokens(openings, limit, no_repeat_ngram, drawn)
        texts: list[str] = self.tokenizer.batch_decode(tokens, skip_special_tokens=True)
        return texts

    @torch.no_grad()
    def new_tokens(
        self,
        openings: Sequence[str],
        limit: int,
        no_repeat_ngram: int = 0,
        drawn: Drawn | None = None,
    ) -> Tensor:
        """The tokens that ``write`` decodes: (B, limit), each padded after its end."""
        more, is_opening = self._laid_out(openings)
        ids = torch.cat([self.ids, more], dim=1)
        mask = torch.cat([self.mask, is_opening], dim=1)
        if not more.shape[1]:
            self.past.crop(-1)  # generate() needs at least one token to read
        start = ids.shape[1]
        rules = [NoRepeatInNewText(no_repeat_ngram, start)] if no_repeat_ngram else []
        draws = RowDraws(drawn, row_keys(ids, mask), start) if drawn else None
        with packed(self.model.model.language_model, self.model.lm_head):
            return write(
                self.model,
                ids,
                mask,
                self.past,
                limit,
                rules,
                draws,
                int(self.tokenizer.pad_token_id),
                int(self.tokenizer.eos_token_id),
            )

    def _laid_out(self, openings: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Tokens of the openings, left-padded, and their mask: both (B, W)."""
        rows = [token_ids(self.tokenizer, text) for text in openings]
        width = max(len(row) for row in rows)
        ids = self.ids.new_full((len(rows), width), int(self.tokenizer.pad_token_id))
        mask = self.mask.new_zeros((len(rows), width))
        for index, row in enumerate(rows):
            start = width - len(row)
            ids[index, start:] = ids.new_tensor(row)
            mask[index, start:] = 1
        return ids, mask

    @torch.no_grad()
    def scores(self, opening: str, continuations: Sequence[str]) -> Tensor:
        """Mean log-likelihood per token of each continuation: (B, n) float32.

        All follow the same opening, which must not be empty.
        """
        first = token_ids(self.tokenizer, opening)
        rows = [token_ids(self.tokenizer, text) for text in continuations]
        longest = max(len(row) for row in rows)
        ids = self.ids.new_zeros((len(rows), len(first) + longest))
        for index, row in enumerate(rows):
            ids[index, : len(first) + len(row)] = ids.new_tensor([*first, *row])
        named = ids[:, len(first) :, None]
        lengths = [len(row) for row in rows]
        scores = []
        for place, padding in enumerate((self.mask == 0).sum(dim=1).tolist()):
            states = self.model.model.language_model(
                input_ids=ids,
                past_key_values=all_behind(self.past, place, padding, *ids.shape),
            ).last_hidden_state[:, len(first) - 1 : -1]
            each = self.model.lm_head(states).float().log_softmax(dim=-1)
            taken = each.gather(-1, named)[..., 0]
            means = [taken[i, :n].mean() for i, n in enumerate(lengths)]
            scores.append(torch.stack(means))
        return torch.stack(scores).cpu()


@torch.no_grad()
def read_batch(
    model: InternVLForConditionalGeneration,
    tokenizer: PreTrainedTokenizerBase,
    batch: PromptBatch,
    prefix: DynamicCache | None,
    room: int,
) -> ReadPrompts:
    """Read a batch after its already read prefix, with ``room`` for more tokens.

    On a CPU each row is read separately, at its own length.
    """
    count, length = batch.visual.shape
    shared = batch.ids.shape[1] - length
    device = batch.ids.device
    buffers = room_for(
        model.config.text_config, count, length + room, model.dtype, device
    )
    padding = length - batch.mask[:, shared:].sum(dim=1)
    step = 1 if device.type == "cpu" else count
    pooled = []
    for start in range(0, count, step):
        rows = slice(start, start + step)
        lead = int(padding[rows].min())  # padding in every one of these rows
        kept = slice(lead, None)
        mask = batch.mask[rows]
        states = model.model.language_model(
            inputs_embeds=batch.embedded[rows, kept],
            attention_mask=torch.cat(
                [mask[:, :shared], mask[:, shared + lead :]], dim=1
            ),
            position_ids=batch.positions[rows, kept],
            past_key_values=cache_of(
                [(k[rows, :, kept], v[rows, :, kept]) for k, v in buffers], 0, prefix
            ),
            use_cache=True,
        ).last_hidden_state.float()  # (rows, L, D)
        places = batch.visual[rows, kept, None]
        visual = torch.where(places, states, 0.0)  # states of padding may be NaN
        pooled.append(visual.sum(dim=1) / places.sum(dim=1))
    past = cache_of(buffers, length, prefix)
    f_vlm = torch.cat(pooled).cpu()
    return ReadPrompts(model, tokenizer, batch.ids, batch.mask, past, f_vlm)
