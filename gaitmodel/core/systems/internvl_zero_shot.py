"""InternVL3.5 zero-shot (Table 1): the backbone as it is, on its own visual tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.records import Prediction, RationaleText
from gaitmodel.core.systems.base import ClipInput, Parts, Progress
from gaitmodel.core.systems.explain import (
    DIAGNOSIS,
    LABEL_TOKENS,
    explain_in_batches,
    free_label,
)
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.reading import ClipReader
from gaitmodel.core.taxonomy import CLASSES


@dataclass(frozen=True)
class InternVLZeroShot:
    """Decides by the length-normalised log-likelihood of the class names.

    It sees every visual token of the sampled frames, not their spatial mean, and the
    instruction without any measured biomechanics.
    """

    backbone: InternVLBackbone
    config: FusionConfig
    generation: GenerationConfig
    key: str = "internvl3_5_zero_shot"
    reads_film: bool = True

    @property
    def reader(self) -> ClipReader:
        return ClipReader(self.backbone, self.config, biomechanics=False)

    def _tokens(self, clip: ClipInput) -> Tensor:
        """All native visual tokens of the frames in order: (T x tokens, D)."""
        return self.backbone.native_tokens(self.reader.images(clip)).flatten(0, 1)

    def predict(
        self, clips: Sequence[ClipInput], progress: Progress
    ) -> list[Prediction]:
        """The class whose name the model finds likeliest, with a softmax over them.

        Beside it the class that the model names when asked openly, which may differ.
        """
        decided = []
        for done, clip in enumerate(clips, start=1):
            tokens = self._tokens(clip)
            prompt = self.reader.prompt(clip, len(tokens), DIAGNOSIS)
            scores = self.backbone.continuation_scores(
                tokens, prompt, [f" {member.display_name}" for member in CLASSES]
            )
            shares = scores.softmax(dim=0).tolist()
            label = CLASSES[int(scores.argmax())]
            (said,) = self.backbone.generate([tokens], [prompt], LABEL_TOKENS)
            decided.append(Prediction(self.key, label, tuple(shares), free_label(said)))
            progress(done, len(clips))
        return decided

    def explain(
        self,
        clips: Sequence[ClipInput],
        predictions: Sequence[Prediction],
        progress: Progress,
    ) -> list[RationaleText]:
        """Free text after the class that the model itself found likeliest."""
        answers = explain_in_batches(
            self.key,
            self.reader,
            self._tokens,
            clips,
            predictions,
            self.generation,
            progress,
        )
        return [
            replace(answer, details={**answer.details, "free_label": one.free_label})
            for answer, one in zip(answers, predictions, strict=True)
        ]


def internvl3_5_zero_shot(parts: Parts) -> InternVLZeroShot:
    """InternVL3.5-1B (Zero-Shot)."""
    return InternVLZeroShot(parts.internvl(), parts.fusion, parts.generation)
