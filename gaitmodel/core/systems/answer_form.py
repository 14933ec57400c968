"""Writing rationales: one format, one length and one decoding for every arm."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from torch import Tensor

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.features.prompt import prompt_sha256
from gaitmodel.core.rationale.parse import parse_rationale
from gaitmodel.core.records import Prediction, RationaleText
from gaitmodel.core.systems.base import ClipInput, Progress
from gaitmodel.core.systems.engines import rationale_engine
from gaitmodel.core.systems.prompt_batches import Drawn
from gaitmodel.core.systems.reading import ClipReader
from gaitmodel.core.systems.verified import verified
from gaitmodel.core.taxonomy import GaitClass

NEXT_HEADING = re.compile(r"\n\s*(?:\d+\)|#)")
DIAGNOSIS = "1) Final diagnosis class:"
LABEL_TOKENS = 12
SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


def answer_opening(label: GaitClass) -> str:
    """The forced beginning of an answer, the same in every arm.

    It ends inside a sentence: a small model that may end its answer here does.
    """
    return f"{DIAGNOSIS} {label.display_name}\n2) Rationale: The"


def free_label(continuation: str) -> str:
    """The class that a model names when asked openly: its key, or ``none``."""
    found = parse_rationale(f"{DIAGNOSIS}{continuation}").label
    return found.value if found else "none"


def tidy(continuation: str) -> str:
    """Generated prose as one paragraph of whole sentences.

    Keeps what stands before any further heading, and drops a last sentence that the
    length limit cut off, unless it is the only one.
    """
    prose = " ".join(NEXT_HEADING.split(continuation.strip())[0].split())
    ends = [match.end() for match in SENTENCE_END.finditer(prose)]
    return prose[: ends[-1]] if ends else prose


def explain_in_batches(
    key: str,
    reader: ClipReader,
    visual: Callable[[ClipInput], Tensor],
    clips: Sequence[ClipInput],
    predictions: Sequence[Prediction],
    generation: GenerationConfig,
    progress: Progress,
    *,
    verify: bool = False,
) -> list[RationaleText]:
    """One rationale per clip, generated in left-padded batches."""
    answers: list[RationaleText] = []
    for start in range(0, len(clips), generation.batch_size):
        batch = slice(start, start + generation.batch_size)
        desk = _Desk(key, reader, visual, clips[batch], predictions[batch], generation)
        if verify:
            answers += verified(
                [clip.features for clip in clips[batch]],
                desk.write,
                generation.candidates,
                generation.temperature,
                generation.seed,
            )
        else:
            answers += desk.write(range(len(clips[batch])), None)
        progress(len(answers), len(clips))
    return answers


def decoding(generation: GenerationConfig) -> dict[str, str]:
    """What decided how a rationale was written, as it is kept beside the text."""
    return {
        "max_new_tokens": str(generation.max_new_tokens),
        "engine": generation.engine,
        "no_repeat_ngram": str(generation.no_repeat_ngram),
    }


class _Desk:
    """A batch of clips with their prompts laid out: written once, drafted often."""

    def __init__(
        self,
        key: str,
        reader: ClipReader,
        visual: Callable[[ClipInput], Tensor],
        clips: Sequence[ClipInput],
        predictions: Sequence[Prediction],
        generation: GenerationConfig,
    ) -> None:
        self.key, self.reader, self.generation = key, reader, generation
        self.labels = [one.label for one in predictions]
        self.openings = [answer_opening(label) for label in self.labels]
        self.tokens = [visual(clip) for clip in clips]
        self.evidence = [reader.evidence(clip) for clip in clips]
        self.prompts = [
            reader.lay_out(written, len(seen), opening)
            for written, seen, opening in zip(
                self.evidence, self.tokens, self.openings, strict=True
            )
        ]

    def write(self, rows: Sequence[int], drawn: Drawn | None) -> list[RationaleText]:
        engine = rationale_engine(self.generation.engine, self.reader.backbone)
        texts = engine.generate(
            [self.tokens[row] for row in rows],
            [self.prompts[row] for row in rows],
            self.generation.max_new_tokens,
            self.generation.no_repeat_ngram,
            drawn,
        )
        return [self._answer(row, text) for row, text in zip(rows, texts, strict=True)]

    def _answer(self, row: int, text: str) -> RationaleText:
        opening = self.openings[row]
        whole = f"{self.reader.instruction()}\n{self.evidence[row]}\n{opening}"
        return RationaleText(
            system=self.key,
            label=self.labels[row],
            text=f"{opening} {tidy(text)}".strip(),
            prompt_sha256=prompt_sha256(whole),
            details={
                "backbone": self.reader.backbone.name,
                **decoding(self.generation),
            },
        )
