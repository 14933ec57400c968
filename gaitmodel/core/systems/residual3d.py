"""Residual blocks over space and time (ResNet-50 inflated), for I3D and SlowFast.

Module names follow PyTorchVideo's published checkpoints, so they load strictly.

References: He et al., CVPR 2016; Carreira and Zisserman, CVPR 2017; Feichtenhofer et
al., ICCV 2019.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class StageShape:
    """One stage of bottlenecks; ``temporal`` is the kernel length of each block."""

    width_in: int
    width: int  # of the narrow middle
    width_out: int
    temporal: tuple[int, ...]
    stride: int  # in space, of the first block


class Stem(nn.Module):
    """Convolution, norm, max pool: (B, 3, T, S, S) -> (B, C, T, S/4, S/4)."""

    def __init__(self, width: int, temporal: int) -> None:
        super().__init__()
        self.conv = nn.Conv3d(
            3,
            width,
            (temporal, 7, 7),
            stride=(1, 2, 2),
            padding=(temporal // 2, 3, 3),
            bias=False,
        )
        self.norm = nn.BatchNorm3d(width)
        self.activation = nn.ReLU()
        self.pool = nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1))

    def forward(self, clip: Tensor) -> Tensor:
        pooled: Tensor = self.pool(self.activation(self.norm(self.conv(clip))))
        return pooled


class _Bottleneck(nn.Module):
    def __init__(self, shape: StageShape, width_in: int, temporal: int, stride: int):
        super().__init__()
        middle = shape.width
        self.conv_a = nn.Conv3d(
            width_in,
            middle,
            (temporal, 1, 1),
            padding=(temporal // 2, 0, 0),
            bias=False,
        )
        self.norm_a = nn.BatchNorm3d(middle)
        self.conv_b = nn.Conv3d(
            middle,
            middle,
            (1, 3, 3),
            stride=(1, stride, stride),
            padding=(0, 1, 1),
            bias=False,
        )
        self.norm_b = nn.BatchNorm3d(middle)
        self.conv_c = nn.Conv3d(middle, shape.width_out, 1, bias=False)
        self.norm_c = nn.BatchNorm3d(shape.width_out)
        self.activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.activation(self.norm_a(self.conv_a(x)))
        x = self.activation(self.norm_b(self.conv_b(x)))
        y: Tensor = self.norm_c(self.conv_c(x))
        return y


class _Block(nn.Module):
    """A bottleneck with its shortcut, projected where the shape changes."""

    def __init__(self, shape: StageShape, width_in: int, temporal: int, stride: int):
        super().__init__()
        self.projected = width_in != shape.width_out or stride > 1
        if self.projected:
            self.branch1_conv = nn.Conv3d(
                width_in, shape.width_out, 1, stride=(1, stride, stride), bias=False
            )
            self.branch1_norm = nn.BatchNorm3d(shape.width_out)
        self.branch2 = _Bottleneck(shape, width_in, temporal, stride)
        self.activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        shortcut = self.branch1_norm(self.branch1_conv(x)) if self.projected else x
        y: Tensor = self.activation(shortcut + self.branch2(x))
        return y


class Stage(nn.Module):
    """The blocks of one resolution: (B, C_in, T, H, W) -> (B, C_out, T, H', W')."""

    def __init__(self, shape: StageShape) -> None:
        super().__init__()
        self.res_blocks = nn.ModuleList(
            _Block(
                shape,
                shape.width_out if number else shape.width_in,
                temporal,
                1 if number else shape.stride,
            )
            for number, temporal in enumerate(shape.temporal)
        )

    def forward(self, x: Tensor) -> Tensor:
        for block in self.res_blocks:
            x = block(x)
        return x


class Head(nn.Module):
    """Global mean, dropout, linear: (B, C, T, H, W) -> (B, K)."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.5)
        self.proj = nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.proj(self.dropout(x.mean(dim=(2, 3, 4))))
        return logits
