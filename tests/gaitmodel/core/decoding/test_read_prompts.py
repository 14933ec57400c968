"""One reading of a batch: its features, its texts behind any opening, its scores."""

from __future__ import annotations

from unittest.mock import patch

import pytest
import torch

from gaitmodel.core.config import FusionOrder
from gaitmodel.core.decoding import packed_linear
from gaitmodel.core.decoding.draws import Drawn
from gaitmodel.core.decoding.prompt_batches import FusedPrompt, token_ids
from gaitmodel.core.decoding.read_prompts import ReadPrompts
from gaitmodel.core.systems.internvl import InternVLBackbone

CAUSAL = [FusionOrder.TEXT_FIRST, FusionOrder.VISUAL_FIRST]
OPENINGS = ["1) normal:", "1) cerebral palsy: The", "1)"]
ROOM = 40


@pytest.fixture
def visual(tiny: InternVLBackbone) -> torch.Tensor:
    return torch.randn(4, tiny.width, generator=torch.Generator().manual_seed(0))


def prompts(
    backbone: InternVLBackbone, order: FusionOrder = FusionOrder.TEXT_FIRST
) -> list[FusedPrompt]:
    """Three of unlike length."""
    return [
        backbone.lay_out("Name the class.", "knee 10 " * n, 4, order) for n in (1, 7, 3)
    ]


def read(
    backbone: InternVLBackbone, visual: torch.Tensor, asked: list[FusedPrompt]
) -> ReadPrompts:
    return backbone.read([visual] * len(asked), asked, ROOM)


def plain_text(
    backbone: InternVLBackbone,
    visual: torch.Tensor,
    asked: FusedPrompt,
    opening: str,
    limit: int,
    no_repeat_ngram: int,
) -> str:
    """What transformers writes of prompt and opening without any of our shortcuts."""
    embed = backbone.model.get_input_embeddings()
    ids = torch.tensor(token_ids(backbone.tokenizer, opening), dtype=torch.long)
    embedded = torch.cat([backbone._embed(asked, visual), embed(ids)])[None]
    written = backbone.model.generate(
        inputs_embeds=embedded,
        attention_mask=torch.ones(embedded.shape[:2], dtype=torch.long),
        max_new_tokens=limit,
        do_sample=False,
        no_repeat_ngram_size=no_repeat_ngram,
        pad_token_id=backbone.tokenizer.pad_token_id,
        eos_token_id=backbone.tokenizer.eos_token_id,
    )
    (text,) = backbone.tokenizer.batch_decode(written, skip_special_tokens=True)
    return str(text)


@pytest.mark.parametrize("order", CAUSAL)
@pytest.mark.parametrize("openings", [OPENINGS, ["", "", ""]])
def test_the_texts_are_those_of_transformers_one_by_one(
    tiny: InternVLBackbone,
    visual: torch.Tensor,
    order: FusionOrder,
    openings: list[str],
) -> None:
    asked = prompts(tiny, order)
    texts = read(tiny, visual, asked).write(openings, 12, no_repeat_ngram=3)
    assert texts == [
        plain_text(tiny, visual, one, opening, 12, 3)
        for one, opening in zip(asked, openings, strict=True)
    ]
    assert len(set(texts)) > 1


@pytest.mark.parametrize("order", CAUSAL)
def test_a_reading_gives_the_feature_that_is_cached(
    tiny: InternVLBackbone, visual: torch.Tensor, order: FusionOrder
) -> None:
    asked = prompts(tiny, order)
    for row, one in zip(read(tiny, visual, asked).f_vlm, asked, strict=True):
        alone = tiny.fused_state(visual, one, order)
        assert torch.allclose(row, alone, atol=1e-5)


def test_a_single_clips_feature_is_the_same_bit_for_bit_after_a_batch(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    asked = prompts(tiny)
    tiny._prefix = None  # as in a process that has read nothing yet
    alone = tiny.fused_state(visual, asked[1], FusionOrder.TEXT_FIRST)
    tiny._prefix = None
    product = packed_linear._product
    with patch.object(packed_linear, "_product", lambda *a: product(*a) + 0.01):
        read(tiny, visual, asked)  # packed weights answer otherwise, here more so
    after = tiny.fused_state(visual, asked[1], FusionOrder.TEXT_FIRST)
    assert torch.equal(after, alone)


def test_rows_are_written_again_from_copies(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    reading = read(tiny, visual, prompts(tiny))
    drafts = [
        reading.of_rows([2, 0], ROOM).write(["1)", "1) style"], 8, drawn=drawn)
        for drawn in (Drawn(1.5, 1), None, Drawn(1.5, 1), Drawn(1.5, 2))
    ]
    assert drafts[0] == drafts[2] != drafts[3]
    whole = reading.write(["1) style", "1)", "1)"], 8)
    assert drafts[1] == [whole[2], whole[0]]


def test_a_draft_is_the_same_alone_and_in_any_batch(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    """Else a Run that is resumed in other batches would draw other drafts."""
    drawn, asked = Drawn(1.5, 4), prompts(tiny)
    together = read(tiny, visual, asked).write(OPENINGS, 8, drawn=drawn)
    alone = [
        read(tiny, visual, [one]).write([opening], 8, drawn=drawn)[0]
        for one, opening in zip(asked, OPENINGS, strict=True)
    ]
    assert together == alone
    assert together != read(tiny, visual, asked).write(OPENINGS, 8)  # greedy


def test_more_words_than_there_is_room_for_are_refused_and_not_lost(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    reading = read(tiny, visual, prompts(tiny))
    with pytest.raises(RuntimeError, match="do not fit into room"):
        reading.write(OPENINGS, ROOM + 1)


def test_an_answer_opens_with_the_tokens_of_the_whole_text(
    tiny: InternVLBackbone,
) -> None:
    turn = "<|im_end|>\n<|im_start|>assistant\n"
    assert token_ids(tiny.tokenizer, turn + OPENINGS[1]) == [
        *token_ids(tiny.tokenizer, turn),
        *token_ids(tiny.tokenizer, OPENINGS[1]),
    ]


@pytest.mark.parametrize("order", CAUSAL)
def test_a_continuation_scores_its_mean_log_likelihood(
    tiny: InternVLBackbone, visual: torch.Tensor, order: FusionOrder
) -> None:
    asked = prompts(tiny, order)
    names = [" normal", " cerebral palsy"]
    scores = read(tiny, visual, asked).scores("1)", names)
    assert scores.shape == (3, 2)
    first = token_ids(tiny.tokenizer, "1)")
    for prompt, got_all in zip(asked, scores, strict=True):
        for name, got in zip(names, got_all, strict=True):
            row = token_ids(tiny.tokenizer, name)
            words = tiny.model.get_input_embeddings()(torch.tensor([*first, *row]))
            embedded = torch.cat([tiny._embed(prompt, visual), words])
            logits = tiny.model.lm_head(
                tiny.model.model.language_model(
                    inputs_embeds=embedded[None]
                ).last_hidden_state[0]
            ).log_softmax(dim=-1)
            start = len(embedded) - len(row) - 1
            wanted = torch.stack(
                [logits[start + i, token] for i, token in enumerate(row)]
            ).mean()
            assert got == pytest.approx(float(wanted), abs=1e-4)


def test_scoring_and_copying_leave_a_reading_as_it_was(
    tiny: InternVLBackbone, visual: torch.Tensor
) -> None:
    reading, fresh = (read(tiny, visual, prompts(tiny)) for _ in range(2))
    reading.scores("1)", [" normal", " dcm"])
    reading.of_rows([1], ROOM).write(["1)"], 8)
    assert reading.write(OPENINGS, 8) == fresh.write(OPENINGS, 8)
