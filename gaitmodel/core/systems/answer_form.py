"""The form of a rationale: one opening, one length and one decoding for every arm."""

from __future__ import annotations

import re

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.rationale.parse import parse_rationale
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


def decoding(generation: GenerationConfig) -> dict[str, str]:
    """What decided how a rationale was written, as it is kept beside the text."""
    return {
        "max_new_tokens": str(generation.max_new_tokens),
        "engine": generation.engine,
        "no_repeat_ngram": str(generation.no_repeat_ngram),
    }
