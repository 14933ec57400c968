"""The engines: vLLM's adapter against a stand-in of its documented interface."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch

from gaitmodel.core.config import FusionOrder
from gaitmodel.core.decoding.draws import Drawn
from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.engines import VllmEngine, check_engine, rationale_engine
from gaitmodel.core.systems.internvl import InternVLBackbone


class StandIn(ModuleType):
    """vLLM's ``LLM`` and ``SamplingParams`` as its documentation names them."""

    def __init__(self) -> None:
        super().__init__("vllm")
        self.__spec__ = SimpleNamespace(name="vllm")  # type: ignore[assignment]
        self.calls: list[tuple[object, ...]] = []
        outer = self

        class LLM:
            def __init__(self, **options: object) -> None:
                outer.calls.append(("LLM", options))

            def generate(self, prompts: list[dict], sampling: object) -> list[object]:
                # Its processor replaces this word by the picture, and must find it.
                assert all(p["prompt"].count("<IMG_CONTEXT>") == 1 for p in prompts)
                outer.calls.append(("generate", prompts, sampling))
                texts = [f"text {i}" for i in range(len(prompts))]
                return [
                    SimpleNamespace(outputs=[SimpleNamespace(text=t)]) for t in texts
                ]

        self.LLM = LLM
        self.SamplingParams = lambda **options: options


@pytest.fixture
def vllm(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    module = StandIn()
    monkeypatch.setitem(sys.modules, "vllm", module)
    return module


def test_a_prompt_becomes_words_with_one_picture_of_embeddings(
    vllm: StandIn, tiny: InternVLBackbone
) -> None:
    engine = VllmEngine(Path("weights"), tiny.tokenizer)
    prompts = [
        tiny.lay_out("Judge.", "knee 10", 4, FusionOrder.TEXT_FIRST),
        tiny.lay_out("Judge.", "", 4, FusionOrder.VISUAL_FIRST),
    ]
    visual = torch.randn(4, tiny.width)
    reading = engine.read([visual] * 2, prompts, 24)
    assert reading.f_vlm is None
    assert reading.write(["1)", "1)"], 20) == ["text 0", "text 1"]
    (_, options), (_, asked, sampling) = vllm.calls
    assert options["enable_mm_embeds"] is True
    assert sampling == {"max_tokens": 20, "temperature": 0.0}
    assert asked[0]["multi_modal_data"]["image"].shape == (1, 4, tiny.width)
    assert asked[0]["prompt"] == (
        "<|im_start|>user\nJudge.\nknee 10\n<IMG_CONTEXT>\n<|im_end|>\n"
        "<|im_start|>assistant\n1)"
    )
    assert asked[1]["prompt"].startswith("<|im_start|>user\n<IMG_CONTEXT>\nJudge.")


def test_drafts_are_drawn_from_their_seed(
    vllm: StandIn, tiny: InternVLBackbone
) -> None:
    engine = VllmEngine(Path("weights"), tiny.tokenizer)
    prompt = tiny.lay_out("Judge.", "", 2, FusionOrder.TEXT_FIRST)
    visuals = [torch.zeros(2, tiny.width), torch.ones(2, tiny.width)]
    reading = engine.read(visuals, [prompt] * 2, 5).of_rows([1], 5)
    reading.write(["1)"], 5, drawn=Drawn(0.7, 3))
    (sampling,) = vllm.calls[1][2:]
    assert sampling == {"max_tokens": 5, "temperature": 0.7, "top_p": 0.95, "seed": 3}
    assert vllm.calls[1][1][0]["multi_modal_data"]["image"].min() == 1


def test_a_rule_that_vllm_lacks_is_refused(
    vllm: StandIn, tiny: InternVLBackbone
) -> None:
    with pytest.raises(InputError, match="--no-repeat-ngram 0"):
        VllmEngine(Path("weights"), tiny.tokenizer).read([], [], 5).write([], 5, 10)
    with pytest.raises(InputError, match="--no-repeat-ngram 0"):
        check_engine("vllm", 10)
    check_engine("vllm")
    check_engine("transformers", 10)


def test_an_engine_that_is_not_there_says_so(tiny: InternVLBackbone) -> None:
    assert rationale_engine("transformers", tiny) is tiny
    with pytest.raises(InputError, match="vLLM is not installed"):
        rationale_engine("vllm", tiny)
    with pytest.raises(InputError, match="not one of transformers, vllm"):
        rationale_engine("other", tiny)
