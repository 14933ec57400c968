"""What generates the text: the backbone in this process, or vLLM where it is installed.

Both take the pooled frame features V and the same prompt. The vLLM adapter follows its
documented interface for image embeddings (``LLM(enable_mm_embeds=True)``; the image of a
prompt is a tensor (1, T, D), and its InternVL processor makes one place of each row). It
was tested against a stand-in for that interface and has not been run.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from gaitmodel.core.decoding.draws import TOP_P, Drawn
from gaitmodel.core.decoding.prompt_batches import FusedPrompt
from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.internvl import InternVLBackbone

ENGINES = ("transformers", "vllm")
IMAGE = "<IMG_CONTEXT>"  # of vLLM's model for transformers-native InternVL folders


class Reading(Protocol):
    """Prompts that have been read; texts continue them, in the prompts' order."""

    @property
    def f_vlm(self) -> Tensor | None:
        """The pooled visual states (B, D), where the engine provides them."""

    def of_rows(self, rows: Sequence[int], room: int) -> Reading:
        """A copy of these rows, with room for ``room`` tokens."""

    def write(
        self,
        openings: Sequence[str],
        limit: int,
        no_repeat_ngram: int = 0,
        drawn: Drawn | None = None,
    ) -> list[str]:
        """The text after each prompt and its opening. Consumes the reading."""


class RationaleEngine(Protocol):
    """Reads prompts and continues them."""

    def read(
        self, visuals: Sequence[Tensor], prompts: Sequence[FusedPrompt], room: int
    ) -> Reading:
        """``room`` is how many tokens may be appended, openings included."""


class VllmEngine:
    """A vLLM instance around a backbone's folder; greedy unless ``drawn``."""

    def __init__(self, folder: Path, tokenizer: PreTrainedTokenizerBase) -> None:
        check_engine("vllm")
        self.vllm: Any = importlib.import_module("vllm")
        self._tokenizer = tokenizer
        self.llm = self.vllm.LLM(
            model=str(folder), enable_mm_embeds=True, limit_mm_per_prompt={"image": 1}
        )

    def read(
        self, visuals: Sequence[Tensor], prompts: Sequence[FusedPrompt], room: int
    ) -> VllmReading:
        """The prompts as vLLM takes them: read, and cached, only when it writes."""
        words = tuple(self.words(prompt) for prompt in prompts)
        return VllmReading(self, tuple(visuals), words)

    def words(self, prompt: FusedPrompt) -> str:
        """The prompt as text, with its visual places as one picture."""
        places = prompt.visual.nonzero()[:, 0]
        first, last = int(places[0]), int(places[-1])
        # One token before and one after the places open and close the picture.
        before, after = prompt.ids[: first - 1], prompt.ids[last + 2 :]
        closing = self._tokenizer.decode(prompt.ids[last + 1 : last + 2])
        if "</img>" not in closing:
            raise InputError(f"the picture of a prompt ends in {closing!r}, not </img>")
        return f"{self._tokenizer.decode(before)}{IMAGE}{self._tokenizer.decode(after)}"


@dataclass(frozen=True)
class VllmReading:
    """Prompts for a vLLM instance, which does not expose its hidden states."""

    engine: VllmEngine
    visuals: tuple[Tensor, ...]
    words: tuple[str, ...]
    f_vlm: None = None

    def of_rows(self, rows: Sequence[int], room: int) -> VllmReading:
        return VllmReading(
            self.engine,
            tuple(self.visuals[row] for row in rows),
            tuple(self.words[row] for row in rows),
        )

    def write(
        self,
        openings: Sequence[str],
        limit: int,
        no_repeat_ngram: int = 0,
        drawn: Drawn | None = None,
    ) -> list[str]:
        """Continuations of the prompts and their openings.

        Raises
        ------
        InputError
            If ``no_repeat_ngram`` is set: vLLM has no such rule, and an arm decoded
            differently would not be the same arm.
        """
        check_engine("vllm", no_repeat_ngram)
        sampling = {"temperature": 0.0}
        if drawn:
            sampling = {
                "temperature": drawn.temperature,
                "top_p": TOP_P,
                "seed": drawn.seed,
            }
        asked = [
            {
                "prompt": f"{words}{opening}",
                "multi_modal_data": {"image": visual[None]},  # (1, T, D)
            }
            for words, opening, visual in zip(
                self.words, openings, self.visuals, strict=True
            )
        ]
        answers = self.engine.llm.generate(
            asked, self.engine.vllm.SamplingParams(max_tokens=limit, **sampling)
        )
        return [answer.outputs[0].text for answer in answers]


@cache
def _vllm(folder: Path, backbone: InternVLBackbone) -> VllmEngine:
    """Started once per process: it takes the device's memory."""
    return VllmEngine(folder, backbone.tokenizer)


def check_engine(name: str, no_repeat_ngram: int = 0) -> None:
    """Refuse an engine before any work is done for it.

    Raises
    ------
    InputError
        If there is no engine of that name, it is not installed, or it cannot forbid
        repeats and should.
    """
    if name not in ENGINES:
        raise InputError(f"--engine {name!r} is not one of {', '.join(ENGINES)}")
    if name == "vllm" and importlib.util.find_spec("vllm") is None:
        raise InputError("--engine vllm: vLLM is not installed here")
    if name == "vllm" and no_repeat_ngram:
        raise InputError(
            "--engine vllm cannot forbid repeats: pass --no-repeat-ngram 0, for every "
            "arm of the study"
        )


def rationale_engine(name: str, backbone: InternVLBackbone) -> RationaleEngine:
    """The engine of that name around a backbone.

    Raises
    ------
    InputError
        If there is none of that name, or it is not installed.
    """
    check_engine(name)
    return _vllm(backbone.folder, backbone) if name == "vllm" else backbone
