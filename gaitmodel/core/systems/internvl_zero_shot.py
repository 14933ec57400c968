"""InternVL3.5 zero-shot (Table 1): the unmodified backbone on its native tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.decoding.read_prompts import ReadPrompts
from gaitmodel.core.features.prompt import prompt_sha256
from gaitmodel.core.records import Prediction
from gaitmodel.core.systems.answer_form import (
    CLASS_NAMES,
    DIAGNOSIS,
    LABEL_TOKENS,
    zero_shot_prediction,
)
from gaitmodel.core.systems.base import Answers, ClipInput, Parts, Progress
from gaitmodel.core.systems.desk import Desk
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.reading import ClipReader


@dataclass(frozen=True)
class InternVLZeroShot:
    """Decides by the length-normalised log-likelihood of the class names.

    It sees every visual token of the sampled frames, not their spatial mean, and the
    instruction without measured biomechanics.
    """

    backbone: InternVLBackbone
    config: FusionConfig
    generation: GenerationConfig
    key: str = "internvl3_5_zero_shot"
    reads_film: bool = True

    @property
    def reader(self) -> ClipReader:
        return ClipReader(self.backbone, self.config, biomechanics=False)

    def describe(self) -> Mapping[str, str]:
        return {
            "backbone_sha256": self.backbone.digest,
            "instruction_sha256": prompt_sha256(self.reader.instruction()),
        }

    def _tokens(self, clip: ClipInput) -> Tensor:
        """All native visual tokens of the frames in order: (T x tokens, D)."""
        return self.backbone.native_tokens(self.reader.images(clip)).flatten(0, 1)

    def predict(
        self, clips: Sequence[ClipInput], progress: Progress
    ) -> list[Prediction]:
        """The class whose name the model finds likeliest, with a softmax over all.

        ``free_label`` is the class it names in free text, which may differ.
        """
        decided = []
        for done, clip in enumerate(clips, start=1):
            decided += self._decided(self._read([self._tokens(clip)]))
            progress(done, len(clips))
        return decided

    def _read(self, tokens: Sequence[Tensor]) -> ReadPrompts:
        prompts = [self.reader.prompt("", len(seen)) for seen in tokens]
        return self.backbone.read(tokens, prompts, room=0)

    def _decided(self, reading: ReadPrompts) -> list[Prediction]:
        scores = reading.scores(DIAGNOSIS, CLASS_NAMES)
        rows = range(len(scores))
        room = self.backbone.count_tokens(DIAGNOSIS) + LABEL_TOKENS
        said = reading.of_rows(rows, room).write([DIAGNOSIS] * len(rows), LABEL_TOKENS)
        return [
            zero_shot_prediction(self.key, row, words)
            for row, words in zip(scores, said, strict=True)
        ]

    def answer(self, clips: Sequence[ClipInput]) -> Answers:
        """Free text after the class that the model itself found likeliest.

        Where the backbone itself writes, both share one reading.
        """
        tokens = [self._tokens(clip) for clip in clips]
        desk = Desk(self.key, self.reader, tokens, clips, self.generation)
        reading = desk.reading
        predictions = self._decided(
            reading if isinstance(reading, ReadPrompts) else self._read(tokens)
        )
        texts = desk.explain([one.label for one in predictions])
        return [
            (one, replace(text, details={**text.details, "free_label": one.free_label}))
            for one, text in zip(predictions, texts, strict=True)
        ]


def internvl3_5_zero_shot(parts: Parts) -> InternVLZeroShot:
    """InternVL3.5-1B (Zero-Shot)."""
    return InternVLZeroShot(parts.internvl(), parts.fusion, parts.generation)
