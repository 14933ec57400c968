"""Rows that have ended leave a batch, and what is written stays what it was."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

from gaitmodel.core.decoding.writing import write

PAD, EOS = 0, 1


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    """Small and random, with an end that comes at unlike places."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = LlamaConfig(
            vocab_size=24, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=2, initializer_range=0.6,
            pad_token_id=PAD, eos_token_id=EOS,
        )  # fmt: skip
        return LlamaForCausalLM(config).eval()


def prompts(rows: int) -> Tensor:
    made = torch.Generator().manual_seed(5)
    return torch.randint(2, 24, (rows, 7), generator=made)


def read(model: LlamaForCausalLM, ids: Tensor) -> DynamicCache:
    past: DynamicCache = model(ids, use_cache=True).past_key_values
    past.crop(-1)
    return past


def written(model: LlamaForCausalLM, ids: Tensor, limit: int) -> Tensor:
    with torch.no_grad():
        return write(
            model, ids, torch.ones_like(ids), read(model, ids), limit, [],
            None, PAD, EOS,
        )  # fmt: skip


def test_every_row_is_what_transformers_writes_for_it_alone(
    model: LlamaForCausalLM,
) -> None:
    ids, limit = prompts(16), 40
    together = written(model, ids, limit)
    lengths = set()
    for row, given in zip(together, ids, strict=True):
        alone = model.generate(
            given[None], max_new_tokens=limit, do_sample=False,
            pad_token_id=PAD, eos_token_id=EOS,
        )[0, 7:]  # fmt: skip
        assert row[: len(alone)].tolist() == alone.tolist()
        assert row[len(alone) :].eq(PAD).all()
        lengths.add(len(alone))
    assert len(lengths) > 2  # or nothing was tried
    assert limit in lengths


def test_rows_that_have_ended_are_no_longer_computed(
    model: LlamaForCausalLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows_a_step: list[int] = []
    forward = LlamaForCausalLM.forward

    def counted(self: LlamaForCausalLM, *args: Any, **options: Any) -> Any:
        if not args:  # a step of generate, not the reading before it
            rows_a_step.append(len(options["input_ids"]))
        return forward(self, *args, **options)

    monkeypatch.setattr(LlamaForCausalLM, "forward", counted)
    written(model, prompts(16), 40)
    assert rows_a_step == sorted(rows_a_step, reverse=True)
    assert rows_a_step[0] == 16
    assert rows_a_step[-1] < 12
