"""Train one small network, alone or as a team; run by the test of teams.

python -m tests.gaitmodel.core.training.train_together FOLDER
"""

import sys
from pathlib import Path

import torch
from torch import nn

from gaitmodel.core.config import TrainConfig
from gaitmodel.core.training.loop import train
from gaitmodel.core.training.team import Team
from tests.gaitmodel.core.training.test_loop import examples

# Batches of five over two processes: shares of three and two; an epoch's last batch has
# a single clip, so one process has none.
CONFIG = TrainConfig(epochs=4, learning_rate=0.05, batch_size=5, seed=3)


class Together(nn.Module):
    """A network without dropout, which would differ by process."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(4, 16), nn.LayerNorm(16), nn.Tanh(), nn.Linear(16, 8)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


if __name__ == "__main__":
    torch.set_num_threads(1)
    train(Together, examples(26, 0), examples(12, 1), CONFIG, Path(sys.argv[1]), print)
    Team().leave()
