"""Qwen3-VL zero-shot (Table 1): the same question to another unmodified model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.features.prompt import (
    answer_format,
    clinical_instruction,
    prompt_sha256,
)
from gaitmodel.core.media.frames import read_frames, sample_indices
from gaitmodel.core.records import ByteArray, Prediction, RationaleText
from gaitmodel.core.systems.answer_form import (
    CLASS_NAMES,
    DIAGNOSIS,
    LABEL_TOKENS,
    answer_opening,
    rationale,
    zero_shot_prediction,
)
from gaitmodel.core.systems.base import Answers, ClipInput, Parts, Progress
from gaitmodel.core.systems.engines import ENGINES
from gaitmodel.core.systems.qwen3_vl import Qwen3VLBackbone


@dataclass(frozen=True)
class Qwen3VLZeroShot:
    """Decides by the length-normalised log-likelihood of the class names."""

    backbone: Qwen3VLBackbone
    config: FusionConfig
    generation: GenerationConfig
    key: str = "qwen3_vl_zero_shot"
    reads_film: bool = True

    def describe(self) -> Mapping[str, str]:
        return {
            "backbone_sha256": self.backbone.digest,
            "instruction_sha256": prompt_sha256(self._question()),
        }

    def _images(self, clip: ClipInput) -> ByteArray:
        seen = clip.seen()
        indices = sample_indices(
            seen.frames,
            clip.pose.fps,
            self.config.frames,
            self.config.sampling,
            self.config.stretch_s,
        )
        return read_frames(seen.path, indices).images

    @staticmethod
    def _question() -> str:
        return f"{clinical_instruction()}\n{answer_format()}"

    def predict(
        self, clips: Sequence[ClipInput], progress: Progress
    ) -> list[Prediction]:
        """The class whose name the model finds likeliest, with a softmax over all.

        ``free_label`` is the class it names in free text, which may differ.
        """
        decided = []
        for done, clip in enumerate(clips, start=1):
            seen = self.backbone.lay_out(
                self._images(clip), self._question(), DIAGNOSIS
            )
            scores = self.backbone.continuation_scores(seen, CLASS_NAMES)
            said = self.backbone.generate(seen, LABEL_TOKENS, 0)
            decided.append(zero_shot_prediction(self.key, scores, said))
            progress(done, len(clips))
        return decided

    def answer(self, clips: Sequence[ClipInput]) -> Answers:
        """Free text after the class that the model itself found likeliest."""
        predictions = self.predict(clips, lambda done, total: None)
        return [
            (prediction, self._explained(clip, prediction))
            for clip, prediction in zip(clips, predictions, strict=True)
        ]

    def _explained(self, clip: ClipInput, prediction: Prediction) -> RationaleText:
        opening = answer_opening(prediction.label)
        seen = self.backbone.lay_out(self._images(clip), self._question(), opening)
        text = self.backbone.generate(
            seen, self.generation.max_new_tokens, self.generation.no_repeat_ngram
        )
        written = rationale(
            self.key,
            prediction.label,
            text,
            f"{self._question()}\n",
            self.backbone.name,
            self.generation,
        )
        details = {**written.details, "free_label": prediction.free_label}
        return replace(written, details=details)


def qwen3_vl_zero_shot(parts: Parts) -> Qwen3VLZeroShot:
    """Qwen3-VL-2B (Zero-Shot).

    Raises
    ------
    InputError
        If another engine is requested: this backbone supports none.
    """
    if parts.generation.engine != ENGINES[0]:
        raise InputError(
            f"--engine {parts.generation.engine} does not write for "
            f"'qwen3_vl_zero_shot': only {ENGINES[0]} does"
        )
    return Qwen3VLZeroShot(parts.qwen3_vl(), parts.fusion, parts.generation)
