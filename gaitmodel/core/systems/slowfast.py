"""SlowFast-R50 8x8 (Table 1; Feichtenhofer et al., ICCV 2019)."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from gaitmodel.core.systems.base import Parts
from gaitmodel.core.systems.film_classifier import FilmClassifier, FilmShape
from gaitmodel.core.systems.pretrained import KINETICS, film_network
from gaitmodel.core.systems.residual3d import Head, Stage, StageShape, Stem
from gaitmodel.core.taxonomy import CLASSES

ALPHA = 4  # the slow pathway sees every fourth frame
BETA = 8  # and is eight times as wide
LATERAL = 2  # a lateral connection doubles the fast pathway's width


class _Lateral(nn.Module):
    """From fast to slow: a convolution in time, appended to the slow pathway."""

    def __init__(self, fast: int) -> None:
        super().__init__()
        self.conv_fast_to_slow = nn.Conv3d(
            fast,
            LATERAL * fast,
            (7, 1, 1),
            stride=(ALPHA, 1, 1),
            padding=(3, 0, 0),
            bias=False,
        )
        self.norm = nn.BatchNorm3d(LATERAL * fast)
        self.activation = nn.ReLU()

    def forward(self, slow: Tensor, fast: Tensor) -> tuple[Tensor, Tensor]:
        lateral = self.activation(self.norm(self.conv_fast_to_slow(fast)))
        return torch.cat([slow, lateral], dim=1), fast


class _Pathways(nn.Module):
    """One stage of both pathways, then the lateral connection if there is one."""

    def __init__(self, slow: nn.Module, fast: nn.Module, lateral: int | None) -> None:
        super().__init__()
        self.multipathway_blocks = nn.ModuleList([slow, fast])
        if lateral is not None:
            self.multipathway_fusion = _Lateral(lateral)
        self.fused = lateral is not None

    def forward(self, slow: Tensor, fast: Tensor) -> tuple[Tensor, Tensor]:
        slow_block, fast_block = self.multipathway_blocks
        slow, fast = slow_block(slow), fast_block(fast)
        if self.fused:
            slow, fast = self.multipathway_fusion(slow, fast)
        return slow, fast


class _Pool(nn.Module):
    """Both pathways' global means, side by side: (B, C_slow + C_fast, 1, 1, 1)."""

    def forward(self, slow: Tensor, fast: Tensor) -> Tensor:
        means = [x.mean(dim=(2, 3, 4), keepdim=True) for x in (slow, fast)]
        return torch.cat(means, dim=1)


class SlowFast(nn.Module):
    """``width`` is the slow stem's (64), ``depths`` the blocks of each stage."""

    def __init__(self, width: int, depths: tuple[int, int, int, int]) -> None:
        super().__init__()
        slow, fast = width, width // BETA
        blocks: list[nn.Module] = [
            _Pathways(Stem(slow, 1), Stem(fast, 5), lateral=fast)
        ]
        slow_in, fast_in = slow + LATERAL * fast, fast
        for number, depth in enumerate(depths):
            scale, stride = 2**number, 2 if number else 1
            temporal = 3 if number > 1 else 1
            blocks.append(
                _Pathways(
                    Stage(_stage(slow_in, slow * scale, temporal, depth, stride)),
                    Stage(_stage(fast_in, fast * scale, 3, depth, stride)),
                    lateral=None if number == 3 else 4 * fast * scale,
                )
            )
            slow_in = 4 * (slow + LATERAL * fast) * scale
            fast_in = 4 * fast * scale
        head = Head(32 * (slow + fast), len(CLASSES))
        self.blocks = nn.ModuleList([*blocks, _Pool(), head])

    def forward(self, film: Tensor) -> Tensor:
        """``film`` (B, T, 3, S, S) -> logits (B, K)."""
        fast = film.transpose(1, 2)  # (B, 3, T, S, S)
        slow = fast[:, :, ::ALPHA]
        *pathways, pool, head = self.blocks
        for block in pathways:
            slow, fast = block(slow, fast)
        logits: Tensor = head(pool(slow, fast))
        return logits


def _stage(
    width_in: int, width: int, temporal: int, depth: int, stride: int
) -> StageShape:
    return StageShape(width_in, width, 4 * width, (temporal,) * depth, stride)


FULL = partial(SlowFast, 64, (3, 4, 6, 3))
SMALL = partial(SlowFast, 8, (1, 1, 1, 1))


def slowfast(parts: Parts) -> FilmClassifier:
    """SlowFast-R50: 32 frames for the fast pathway, 8 for the slow, 224 pixels."""
    build, weights = film_network(parts, FULL, SMALL, head="blocks.6.proj.")
    shape = FilmShape(32, 32 if parts.backbone == "tiny" else 224, *KINETICS)
    return FilmClassifier("slowfast", shape, build, weights, parts.fusion)
