"""I3D on ResNet-50 (introduction; Carreira and Zisserman, CVPR 2017), 8 frames."""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn

from gaitmodel.core.systems.base import Parts
from gaitmodel.core.systems.film_classifier import FilmClassifier, FilmShape
from gaitmodel.core.systems.pretrained import KINETICS, film_network
from gaitmodel.core.systems.residual3d import Head, Stage, StageShape, Stem
from gaitmodel.core.taxonomy import CLASSES


class I3D(nn.Module):
    """``width`` is the stem's: 64 in ResNet-50, less in the tests' small one."""

    def __init__(self, width: int, depths: tuple[int, int, int, int]) -> None:
        super().__init__()
        w = width
        second, third, fourth, fifth = depths
        self.blocks = nn.ModuleList(
            [
                Stem(w, temporal=5),
                Stage(StageShape(w, w, 4 * w, (3,) * second, 1)),
                nn.MaxPool3d((2, 1, 1), stride=(2, 1, 1)),
                Stage(StageShape(4 * w, 2 * w, 8 * w, _alternating(third, 3), 2)),
                Stage(StageShape(8 * w, 4 * w, 16 * w, _alternating(fourth, 3), 2)),
                Stage(StageShape(16 * w, 8 * w, 32 * w, _alternating(fifth, 1), 2)),
                Head(32 * w, len(CLASSES)),
            ]
        )

    def forward(self, film: Tensor) -> Tensor:
        """``film`` (B, T, 3, S, S) -> logits (B, K)."""
        x = film.transpose(1, 2)  # (B, 3, T, S, S)
        for block in self.blocks:
            x = block(x)
        return x


def _alternating(blocks: int, first: int) -> tuple[int, ...]:
    """Temporal kernels of 3 and 1 in turn, beginning with ``first``."""
    return tuple(first if i % 2 == 0 else 4 - first for i in range(blocks))


FULL = partial(I3D, 64, (3, 4, 6, 3))
SMALL = partial(I3D, 4, (1, 1, 1, 1))


def i3d(parts: Parts) -> FilmClassifier:
    """I3D-R50, 8 x 8 frames at 224 pixels."""
    build, weights = film_network(parts, FULL, SMALL, head="blocks.6.proj.")
    shape = FilmShape(8, 32 if parts.backbone == "tiny" else 224, *KINETICS)
    return FilmClassifier("i3d", shape, build, weights, parts.fusion)
