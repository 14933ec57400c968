"""ST-GCN on the SKEL joints (introduction; Yan et al., AAAI 2018).

Joint positions are in the walker's frame: pelvis at the origin, heading removed. Long
walks are cropped to their middle, short ones repeated from their start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from gaitmodel.core.pose.kinematics import JOINT_INDEX, JOINTS, joint_positions
from gaitmodel.core.records import FloatArray
from gaitmodel.core.systems.base import ClipInput, Parts
from gaitmodel.core.systems.walk import upright_angles
from gaitmodel.core.taxonomy import CLASSES

FRAMES = 150
FPS = 30.0
AXES = 3
DROPOUT = 0.5  # "after each ST-GCN unit" but the first, which lifts the coordinates
BONES = (
    ("pelvis", "hip_r"), ("hip_r", "knee_r"), ("knee_r", "ankle_r"),
    ("ankle_r", "heel_r"), ("ankle_r", "toe_r"),
    ("pelvis", "hip_l"), ("hip_l", "knee_l"), ("knee_l", "ankle_l"),
    ("ankle_l", "heel_l"), ("ankle_l", "toe_l"),
    ("pelvis", "waist"), ("waist", "chest"), ("chest", "neck"), ("neck", "head"),
    ("neck", "shoulder_r"), ("shoulder_r", "elbow_r"), ("elbow_r", "wrist_r"),
    ("wrist_r", "hand_r"),
    ("neck", "shoulder_l"), ("shoulder_l", "elbow_l"), ("elbow_l", "wrist_l"),
    ("wrist_l", "hand_l"),
)  # fmt: skip
"""The skeleton's tree, from the pelvis outwards."""


def partitions() -> FloatArray:
    """(3, V, V) normalised adjacency: the joint itself, toward the pelvis, and away.

    The spatial configuration partitioning of the paper's section 3.4, with the pelvis
    as the centre.
    """
    count = len(JOINTS)
    inward = np.zeros((count, count))
    for near, far in BONES:
        inward[JOINT_INDEX[far], JOINT_INDEX[near]] = 1.0
    whole = np.eye(count) + inward + inward.T
    degree = whole.sum(axis=0)
    parts = np.stack([np.eye(count), inward, inward.T])
    normalised: FloatArray = parts / degree[None, None, :]
    return normalised


class _Block(nn.Module):
    """Graph convolution over three partitions, then a convolution of 9 frames."""

    def __init__(self, width_in: int, width_out: int, stride: int, joints: int) -> None:
        super().__init__()
        self.spatial = nn.Conv2d(width_in, 3 * width_out, 1)
        self.importance = nn.Parameter(torch.ones(3, joints, joints))
        self.temporal = nn.Sequential(
            nn.BatchNorm2d(width_out),
            nn.ReLU(),
            nn.Conv2d(width_out, width_out, (9, 1), (stride, 1), (4, 0)),
            nn.BatchNorm2d(width_out),
            nn.Dropout(0.0 if width_in == AXES else DROPOUT),
        )
        self.shortcut: nn.Module | None = None
        if width_in == AXES:
            return  # the first block has no shortcut
        if width_in == width_out and stride == 1:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Sequential(
                nn.Conv2d(width_in, width_out, 1, (stride, 1)),
                nn.BatchNorm2d(width_out),
            )

    def forward(self, x: Tensor, graph: Tensor) -> Tensor:
        """``x`` (B, C, T, V)."""
        batch, _, frames, joints = x.shape
        parts = self.spatial(x).view(batch, 3, -1, frames, joints)
        mixed = torch.einsum("bpctv,pvw->bctw", parts, graph * self.importance)
        y: Tensor = self.temporal(mixed)
        return torch.relu(y if self.shortcut is None else y + self.shortcut(x))


class STGCN(nn.Module):
    """Ten blocks of ``width`` (64), twice and four times that; global mean, linear."""

    def __init__(self, width: int, depth: tuple[int, int, int]) -> None:
        super().__init__()
        graph = torch.from_numpy(partitions()).float()
        self.register_buffer("graph", graph, persistent=False)
        joints = len(JOINTS)
        self.norm = nn.BatchNorm1d(AXES * joints)
        self.blocks = nn.ModuleList()
        width_in = AXES
        for number, blocks in enumerate(depth):
            width_out = width * 2**number
            for block in range(blocks):
                stride = 2 if number and block == 0 else 1
                self.blocks.append(_Block(width_in, width_out, stride, joints))
                width_in = width_out
        self.head = nn.Linear(width_in, len(CLASSES))

    def forward(self, joints: Tensor) -> Tensor:
        """``joints`` (B, 3, T, V) metres -> logits (B, K)."""
        batch, axes, frames, count = joints.shape
        flat = joints.permute(0, 3, 1, 2).reshape(batch, count * axes, frames)
        x = self.norm(flat).view(batch, count, axes, frames).permute(0, 2, 3, 1)
        graph = self.get_buffer("graph")
        for block in self.blocks:
            x = block(x, graph)
        logits: Tensor = self.head(x.mean(dim=(2, 3)))
        return logits


FULL = partial(STGCN, 64, (4, 3, 3))
SMALL = partial(STGCN, 4, (1, 1, 1))


def played(positions: FloatArray, frames: int) -> FloatArray:
    """(T, V, 3) -> (frames, V, 3): the middle of a long walk, a short one repeated."""
    start = max(0, (len(positions) - frames) // 2)
    cut = positions[start : start + frames]
    return cut[np.arange(frames) % len(cut)]


@dataclass(frozen=True)
class SkeletonClassifier:
    """A trainable system that reads only joint positions."""

    key: str
    small: bool
    reads_film: bool = False
    forward_batch: int = 64

    def describe(self) -> Mapping[str, str]:
        return {
            "joints": ",".join(JOINTS),
            "frames": f"{FRAMES} at {FPS:g} fps",
            "weights": "random initialisation",
            "size": "small" if self.small else "full",
            "classes": ",".join(CLASSES),
        }

    def inputs(self, clip: ClipInput) -> dict[str, Tensor]:
        """``joints`` (3, T, V); an unobserved joint is placed at the pelvis."""
        angles = upright_angles(clip.pose, FPS)
        positions = played(joint_positions(angles), FRAMES)
        known = np.nan_to_num(positions, nan=0.0).transpose(2, 0, 1)
        return {"joints": torch.from_numpy(known.copy()).float()}

    def network(self) -> nn.Module:
        return SMALL() if self.small else FULL()


def st_gcn(parts: Parts) -> SkeletonClassifier:
    """ST-GCN; it takes no backbone; ``tiny`` builds the tests' small one."""
    return SkeletonClassifier("st_gcn", small=parts.backbone == "tiny")
