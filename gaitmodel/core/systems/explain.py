"""Writing rationales: one format, one length and one decoding for every arm."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from torch import Tensor

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.features.prompt import prompt_sha256
from gaitmodel.core.records import Prediction, RationaleText
from gaitmodel.core.systems.base import ClipInput, Progress
from gaitmodel.core.systems.reading import ClipReader
from gaitmodel.core.taxonomy import GaitClass

NEXT_HEADING = re.compile(r"\n\s*(?:\d+\)|#)")
DIAGNOSIS = "1) Final diagnosis class:"
SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


def answer_opening(label: GaitClass) -> str:
    """The forced beginning of an answer, the same in every arm.

    It ends inside a sentence: a small model that may end its answer here does.
    """
    return f"{DIAGNOSIS} {label.display_name}\n2) Rationale: The"


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
) -> list[RationaleText]:
    """One rationale per clip, generated in left-padded batches."""
    answers: list[RationaleText] = []
    for start in range(0, len(clips), generation.batch_size):
        batch = slice(start, start + generation.batch_size)
        tokens = [visual(clip) for clip in clips[batch]]
        openings = [answer_opening(p.label) for p in predictions[batch]]
        evidence = [reader.evidence(clip) for clip in clips[batch]]
        prompts = [
            reader.lay_out(written, len(seen), opening)
            for written, seen, opening in zip(evidence, tokens, openings, strict=True)
        ]
        texts = reader.backbone.generate(
            tokens, prompts, generation.max_new_tokens, generation.no_repeat_ngram
        )
        for i, text in enumerate(texts):
            prediction = predictions[start + i]
            whole = f"{reader.instruction()}\n{evidence[i]}\n{openings[i]}"
            answers.append(
                RationaleText(
                    system=key,
                    label=prediction.label,
                    text=f"{openings[i]} {tidy(text)}".strip(),
                    prompt_sha256=prompt_sha256(whole),
                    details={
                        "backbone": reader.backbone.name,
                        "max_new_tokens": str(generation.max_new_tokens),
                    },
                )
            )
        progress(len(answers), len(clips))
    return answers
