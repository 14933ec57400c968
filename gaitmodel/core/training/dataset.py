"""The frozen inputs of all clips, stacked: the training loop does no per-clip work."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gaitmodel.core.errors import GaitError, InputError
from gaitmodel.core.systems.base import (
    ClipInput,
    LabelledClip,
    Progress,
    TrainableSystem,
    Viewed,
)

MACHINES_FAULTS = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM
}  # fmt: skip
VIEWED = ("visual", "f_vlm")
"""The inputs that depend on which frames were sampled."""


@dataclass(frozen=True)
class Examples:
    """``inputs[name]`` (N, ...), ``labels`` (N,) int64; clips and subjects by row.

    With several views, inputs that depend on the frames are (N, views, ...). ``reread``
    reruns the frozen backbone for the rows of a batch (``--no-cache``).
    """

    inputs: Mapping[str, Tensor]
    labels: Tensor
    clips: tuple[str, ...]
    subjects: tuple[str, ...]
    views: int = 1
    reread: Callable[[list[int]], Mapping[str, Tensor]] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> Examples:
        moved = {name: value.to(device) for name, value in self.inputs.items()}
        return replace(self, inputs=moved, labels=self.labels.to(device))

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
        """Inputs and labels of the rows; with several views, a random one per row."""
        chosen = {name: value[rows] for name, value in self.inputs.items()}
        if self.reread:
            fresh = self.reread(rows.tolist())
            chosen |= {name: value.to(rows.device) for name, value in fresh.items()}
        if self.views > 1:
            drawn = torch.randint(self.views, (len(rows),)).to(rows.device)
            own = torch.arange(len(rows), device=rows.device)
            chosen |= {name: chosen[name][own, drawn] for name in VIEWED}
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
    """Every clip's inputs, each read once, in order: name -> (N, ...).

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
    return stacked(read)


def stacked(read: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The inputs of single clips, stacked: name -> (N, ...)."""
    return {name: torch.stack([one[name] for one in read]) for name in read[0]}


def leave_out(clip: str, error: Exception, failed: dict[str, str] | None) -> None:
    """Note in ``failed`` why a clip is left out.

    Raises
    ------
    GaitError
        If this machine failed (a full disk, say), not the clip.
    InputError
        If ``failed`` is ``None``, so that no clip may be left out; names the clip.
    """
    if isinstance(error, OSError) and error.errno in MACHINES_FAULTS:
        raise GaitError(f"clip {clip!r}: {error}") from error
    if failed is None:
        raise InputError(
            f"clip {clip!r} cannot be read ({error}); --skip-failed leaves it out"
        ) from error
    failed[clip] = str(error)


def gather_examples(
    system: TrainableSystem,
    clips: Sequence[LabelledClip],
    progress: Progress,
    failed: dict[str, str] | None = None,
    *,
    augment: bool = False,
) -> Examples:
    """The inputs of labelled clips with their labels, clip names and subjects.

    A clip that cannot be read stops the work, unless ``failed`` is given: then its name
    and the reason are noted there and it is left out. ``augment`` reads every view.

    Raises
    ------
    InputError
        If a clip cannot be read, or none is left.
    """
    views = system.views if augment and isinstance(system, Viewed) else 1
    read, kept = [], []
    for done, clip in enumerate(clips, start=1):
        try:
            read.append(_inputs(system, clip.given, views))
            kept.append(clip)
        except (InputError, OSError) as error:
            leave_out(clip.given.clip, error, failed)
        progress(done, len(clips))
    if not read:
        raise InputError("none of the clips can be read")
    return Examples(
        stacked(read),
        torch.tensor([clip.label.position for clip in kept]),
        tuple(clip.given.clip for clip in kept),
        tuple(clip.subject for clip in kept),
        views,
    )


def _inputs(
    system: TrainableSystem, clip: ClipInput, views: int
) -> Mapping[str, Tensor]:
    if views == 1 or not isinstance(system, Viewed):
        return system.inputs(clip)
    read = [system.inputs(clip, view) for view in range(views)]
    stacked = {name: torch.stack([one[name] for one in read]) for name in VIEWED}
    return {**read[0], **stacked}


def rerunning(
    data: Examples, system: TrainableSystem, clips: Sequence[LabelledClip]
) -> Examples:
    """The same examples, reread clip by clip for every batch, at the full cost."""
    given = {clip.given.clip: clip.given for clip in clips}

    def reread(rows: list[int]) -> Mapping[str, Tensor]:
        names = [data.clips[row] for row in rows]
        return stacked([_inputs(system, given[name], data.views) for name in names])

    return replace(data, reread=reread)
