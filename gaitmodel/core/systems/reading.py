"""The inputs a backbone gets for a clip: which frames, which prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitmodel.core.config import FusionConfig, Sampling
from gaitmodel.core.decoding.prompt_batches import FusedPrompt
from gaitmodel.core.features.prompt import answer_format, clinical_instruction
from gaitmodel.core.features.text import angle_text, metrics_text
from gaitmodel.core.media.frames import read_frames, sample_indices
from gaitmodel.core.records import ByteArray, IntArray
from gaitmodel.core.systems.base import ClipInput
from gaitmodel.core.systems.internvl import InternVLBackbone


@dataclass(frozen=True)
class ClipReader:
    """The inputs of one clip for one backbone under one configuration."""

    backbone: InternVLBackbone
    config: FusionConfig
    biomechanics: bool

    def frame_indices(self, clip: ClipInput, view: int = 0) -> IntArray:
        """(T,) frame indices into the film, spread or consecutive as configured.

        View ``v`` of k starts ``v / k`` of the gap between two sampled frames later;
        for consecutive frames, ``v / k`` of the number of possible windows later,
        wrapping around. If the film has fewer than k distinct views, some repeat.
        """
        film = clip.seen()
        first = sample_indices(
            film.frames,
            clip.pose.fps,
            self.config.frames,
            self.config.sampling,
            self.config.stretch_s,
        )
        length = int(first[-1] - first[0])
        moved: IntArray
        if self.config.sampling is Sampling.WINDOW:
            windows = film.frames - length
            start = (int(first[0]) + view * windows // self.config.views) % windows
            moved = first - first[0] + start
        else:
            gap = length / max(len(first) - 1, 1)
            later = int(view / self.config.views * gap)
            moved = np.minimum(first + later, film.frames - 1)
        return moved

    def images(self, clip: ClipInput, view: int = 0) -> ByteArray:
        """(T, H, W, 3) RGB frames of the de-identified film or the skeleton film."""
        return read_frames(clip.seen().path, self.frame_indices(clip, view)).images

    def instruction(self) -> str:
        """The Clinical Instruction Prompt with the answer format: one for all clips."""
        return f"{clinical_instruction()}\n{answer_format()}"

    def evidence(self, clip: ClipInput) -> str:
        """E_bio's text: the metrics, then whole frames of angles, within the budget."""
        if not self.biomechanics:
            return ""
        metrics = metrics_text(clip.features)
        spent = self.backbone.count_tokens(metrics + "\n")
        angles = angle_text(
            clip.pose,
            [i for i in self.frame_indices(clip).tolist() if i < len(clip.pose.angles)],
            self.config.text_tokens - spent,
            self.backbone.count_tokens,
            self.config.angle_style,
        )
        return f"{metrics}\n{angles.text}"

    def prompt(self, evidence: str, n_visual: int) -> FusedPrompt:
        """A clip's whole prompt with ``n_visual`` places for visual features."""
        return self.backbone.lay_out(
            self.instruction(), evidence, n_visual, self.config.fusion_order
        )
