"""Decide and explain a batch of clips, reading each prompt once for both.

1. The language model reads every prompt up to the answer, which gives f_vlm (Eq. 2).
2. The system's network decides.
3. The answer opens with the decided class and the model continues it: once, or for
   verified decoding once per draft.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from torch import Tensor

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.decoding.draws import Drawn
from gaitmodel.core.records import RationaleText
from gaitmodel.core.systems.answer_form import answer_opening, decoding, rationale
from gaitmodel.core.systems.base import Answers, ClipInput, Decide
from gaitmodel.core.systems.engines import Reading, rationale_engine
from gaitmodel.core.systems.fused import FusedFeatures, ReadClip
from gaitmodel.core.systems.reading import ClipReader
from gaitmodel.core.systems.verified import verified
from gaitmodel.core.taxonomy import CLASSES, GaitClass

ReadInputs = Callable[[ClipInput, int, ReadClip], dict[str, Tensor]]


class Desk:
    """A batch of clips whose prompts are read once, to decide and to write."""

    def __init__(
        self,
        key: str,
        reader: ClipReader,
        visuals: Sequence[Tensor],
        clips: Sequence[ClipInput],
        generation: GenerationConfig,
    ) -> None:
        self.key, self.reader, self.generation = key, reader, generation
        self.features = [clip.features for clip in clips]
        self.evidence = [reader.evidence(clip) for clip in clips]
        count = reader.backbone.count_tokens
        opening = max(count(answer_opening(label)) for label in CLASSES)
        self.room = opening + generation.max_new_tokens
        self.visuals = visuals
        self.prompts = [
            reader.prompt(written, len(seen))
            for written, seen in zip(self.evidence, visuals, strict=True)
        ]
        engine = rationale_engine(generation.engine, reader.backbone)
        self.reading = engine.read(visuals, self.prompts, self.room)

    def read(self) -> list[ReadClip]:
        """Each clip as it was read, with f_vlm where the engine provides it."""
        states = self.reading.f_vlm
        told = [None] * len(self.prompts) if states is None else list(states)
        return [
            ReadClip(*one) for one in zip(self.visuals, self.prompts, told, strict=True)
        ]

    def explain(self, labels: Sequence[GaitClass]) -> list[RationaleText]:
        """One rationale per clip, naming its label. Consumes the reading."""
        return self._written(self.reading, range(len(labels)), labels, None)

    def explain_verified(self, labels: Sequence[GaitClass]) -> list[RationaleText]:
        """Each clip's best-grounded draft of several; none contradicts the walk."""

        def draft(rows: Sequence[int], drawn: Drawn | None) -> list[RationaleText]:
            reading = self.reading.of_rows(rows, self.room)
            return self._written(reading, rows, [labels[row] for row in rows], drawn)

        kept = verified(
            self.features,
            draft,
            self.generation.candidates,
            self.generation.temperature,
            self.generation.seed,
        )
        told = decoding(self.generation, verify=True)
        return [replace(text, details={**text.details, **told}) for text in kept]

    def _written(
        self,
        reading: Reading,
        rows: Sequence[int],
        labels: Sequence[GaitClass],
        drawn: Drawn | None,
    ) -> list[RationaleText]:
        texts = reading.write(
            [answer_opening(label) for label in labels],
            self.generation.max_new_tokens,
            self.generation.no_repeat_ngram,
            drawn,
        )
        return [
            rationale(
                self.key,
                label,
                text,
                f"{self.reader.instruction()}\n{self.evidence[row]}",
                self.reader.backbone.name,
                self.generation,
            )
            for row, label, text in zip(rows, labels, texts, strict=True)
        ]


def answer_from_one_reading(
    key: str,
    features: FusedFeatures,
    inputs: ReadInputs,
    clips: Sequence[ClipInput],
    decide: Decide,
    generation: GenerationConfig,
    *,
    verify: bool = False,
) -> Answers:
    """Decide and explain a batch of clips, reading each prompt once for both.

    ``inputs`` makes the system's inputs from a clip that has been read.
    """
    visuals = [features.visual(clip) for clip in clips]
    desk = Desk(key, features.reader, visuals, clips, generation)
    read = zip(clips, desk.read(), strict=True)
    predictions = decide([inputs(clip, 0, one) for clip, one in read])
    labels = [one.label for one in predictions]
    texts = desk.explain_verified(labels) if verify else desk.explain(labels)
    return list(zip(predictions, texts, strict=True))
