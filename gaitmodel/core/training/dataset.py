"""The frozen inputs of all clips as whole tensors: the loop does no work per clip."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.base import (
    ClipInput,
    LabelledClip,
    Progress,
    TrainableSystem,
)


@dataclass(frozen=True)
class Examples:
    """``inputs[name]`` (N, ...), ``labels`` (N,) int64; clips and subjects by row."""

    inputs: Mapping[str, Tensor]
    labels: Tensor
    clips: tuple[str, ...]
    subjects: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> Examples:
        moved = {name: value.to(device) for name, value in self.inputs.items()}
        return Examples(moved, self.labels.to(device), self.clips, self.subjects)

    def joined(self, other: Examples) -> Examples:
        """These clips, then the other's; both of the same system."""
        both = {k: torch.cat([v, other.inputs[k]]) for k, v in self.inputs.items()}
        return Examples(
            both,
            torch.cat([self.labels, other.labels]),
            self.clips + other.clips,
            self.subjects + other.subjects,
        )

    def batch(self, rows: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        chosen = {name: value[rows] for name, value in self.inputs.items()}
        return chosen, self.labels[rows]

    def sha256(self) -> str:
        """Digest over clips, subjects, labels and every input value."""
        digest = hashlib.sha256(repr((self.clips, self.subjects)).encode())
        for name in sorted(self.inputs):
            digest.update(self.inputs[name].cpu().contiguous().numpy().tobytes())
        digest.update(self.labels.cpu().numpy().tobytes())
        return digest.hexdigest()


def stack_inputs(
    system: TrainableSystem, clips: Sequence[ClipInput], progress: Progress
) -> dict[str, Tensor]:
    """Every clip's inputs, read once and in order: name -> (N, ...).

    Raises
    ------
    InputError
        If there are no clips.
    """
    if not clips:
        raise InputError("there are no prepared clips to read")
    read = []
    for done, clip in enumerate(clips, start=1):
        read.append(system.inputs(clip))
        progress(done, len(clips))
    return _stacked(read)


def _stacked(read: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.stack([one[name] for one in read]) for name in read[0]}


def gather_examples(
    system: TrainableSystem,
    clips: Sequence[LabelledClip],
    progress: Progress,
    failed: dict[str, str] | None = None,
) -> Examples:
    """The inputs of labelled clips with their labels, clip names and subjects.

    A clip that cannot be read stops the work; or, if ``failed`` is given, its name and
    reason are noted there and it is left out.

    Raises
    ------
    InputError
        If a clip cannot be read, or none is left.
    """
    read, kept = [], []
    for done, clip in enumerate(clips, start=1):
        try:
            read.append(system.inputs(clip.given))
            kept.append(clip)
        except (InputError, OSError) as error:
            if failed is None:
                raise InputError(
                    f"clip {clip.given.clip!r} cannot be read ({error}); "
                    "--skip-failed leaves it out"
                ) from error
            failed[clip.given.clip] = str(error)
        progress(done, len(clips))
    if not read:
        raise InputError("none of the clips can be read")
    return Examples(
        _stacked(read),
        torch.tensor([clip.label.position for clip in kept]),
        tuple(clip.given.clip for clip in kept),
        tuple(clip.subject for clip in kept),
    )
