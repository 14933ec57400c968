"""The form of a rationale: one opening, one length and one decoding for every arm."""

from __future__ import annotations

import re

from torch import Tensor

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.features.prompt import prompt_sha256
from gaitmodel.core.rationale.parse import parse_rationale
from gaitmodel.core.records import Prediction, RationaleText
from gaitmodel.core.taxonomy import CLASSES, GaitClass

NEXT_HEADING = re.compile(r"\n\s*(?:\d+\)|#)")
DIAGNOSIS = "1) Final diagnosis class:"
CLASS_NAMES = [f" {member.display_name}" for member in CLASSES]
"""What may follow ``DIAGNOSIS``."""
LABEL_TOKENS = 12
SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


def answer_opening(label: GaitClass) -> str:
    """The forced beginning of an answer, the same in every arm.

    It ends mid-sentence: after a complete one, a small model would end its answer.
    """
    return f"{DIAGNOSIS} {label.display_name}\n2) Rationale: The"


def free_label(continuation: str) -> str:
    """The class a model names in free text: its key, or ``none``."""
    found = parse_rationale(f"{DIAGNOSIS}{continuation}").label
    return found.value if found else "none"


def tidy(continuation: str) -> str:
    """Generated prose as one paragraph of whole sentences.

    Keeps the text before any further heading, and drops a last sentence that the
    length limit cut off, unless it is the only one.
    """
    prose = " ".join(NEXT_HEADING.split(continuation.strip())[0].split())
    ends = [match.end() for match in SENTENCE_END.finditer(prose)]
    return prose[: ends[-1]] if ends else prose


def decoding(generation: GenerationConfig, *, verify: bool = False) -> dict[str, str]:
    """The decoding parameters, as stored with the text.

    ``verify``: for verified decoding, which samples.
    """
    drawn = {
        "candidates": str(generation.candidates),
        "temperature": str(generation.temperature),
        "seed": str(generation.seed),
    }
    return {
        "max_new_tokens": str(generation.max_new_tokens),
        "engine": generation.engine,
        "no_repeat_ngram": str(generation.no_repeat_ngram),
        **(drawn if verify else {}),
    }


def zero_shot_prediction(key: str, scores: Tensor, said: str) -> Prediction:
    """The class with the highest of the scores (K,), their softmax, and the class that
    the model named in free text (``said``).
    """
    return Prediction(
        key,
        CLASSES[int(scores.argmax())],
        tuple(scores.softmax(dim=0).tolist()),
        free_label(said),
    )


def rationale(
    key: str,
    label: GaitClass,
    continuation: str,
    prompt: str,
    backbone: str,
    generation: GenerationConfig,
) -> RationaleText:
    """The answer that opens with ``label``, with its provenance.

    ``prompt`` is the text before the answer: instruction, newline, evidence.
    """
    opening = answer_opening(label)
    return RationaleText(
        system=key,
        label=label,
        text=f"{opening} {tidy(continuation)}".strip(),
        prompt_sha256=prompt_sha256(f"{prompt}\n{opening}"),
        details={"backbone": backbone, **decoding(generation)},
    )
