"""Temporal Evidence Distillation (paper section 2.2, Eq. 1)."""

from __future__ import annotations

from torch import Tensor, nn, randn

from gaitmodel.core.config import TedConfig
from gaitmodel.core.errors import InputError


class TemporalEvidenceDistillation(nn.Module):
    """Learned motion queries that read the frame features through a decoder.

    Parameters
    ----------
    width
        D, the hidden size of the language model; must be a multiple of the heads.
    frames
        T, the number of frames that get a learned temporal position.
    config
        Queries M, layers L, heads H, feed-forward width and dropout.
    """

    def __init__(self, width: int, frames: int, config: TedConfig) -> None:
        super().__init__()
        if width % config.heads:
            raise InputError(f"width {width} is not a multiple of {config.heads} heads")
        self.queries = nn.Parameter(randn(config.queries, width) * 0.02)  # Q (M, D)
        self.positions = nn.Parameter(randn(frames, width) * 0.02)  # P (T, D)
        layer = nn.TransformerDecoderLayer(
            d_model=width,
            nhead=config.heads,
            dim_feedforward=config.feed_forward,
            dropout=config.dropout,
            batch_first=True,
        )
        self.decoder = nn.TransformerDecoder(layer, num_layers=config.layers)

    def forward(self, visual: Tensor) -> Tensor:
        """``visual`` (B, T, D) -> the global dynamic descriptor f_temp (B, D)."""
        memory = visual + self.positions
        queries = self.queries.expand(len(visual), -1, -1)
        evidence = self.decoder(queries, memory)  # Eq. 1: Q_out (B, M, D)
        descriptor: Tensor = evidence.mean(dim=1)
        return descriptor
