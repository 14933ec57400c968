"""The pose model inside ``biogait_plus``: kernel ridge over windows of a walk.

1. Each number of the descriptor is mapped to normal scores by its training quantiles;
   unobserved numbers count as the median.
2. One Gaussian kernel over all numbers, ridge regression on the classes, windows
   weighted so that neither a class nor a subject with many clips dominates.
3. A walk's scores are the mean over its windows; a temperature, fitted to cross-fitted
   scores (subjects held out), turns them into probabilities.

Everything is solved in closed form, so there is no learning rate and no early stopping.
The constants were set once, on partitions other than those reported.

References: Saunders et al., Ridge regression learning algorithm in dual variables, ICML
1998; Guo et al., On calibration of modern neural networks, ICML 2017.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.grouped_folds import grouped_folds

LEVELS = 201  # quantiles kept of each number
FARTHEST = 3.0  # normal scores beyond this are clipped
BANDWIDTH = 0.6  # of the mean squared difference of two windows
RIDGE = 0.3
FOLDS = 5


class NormalScores(nn.Module):
    """Numbers to normal scores by quantiles of the training windows."""

    quantiles: Tensor

    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.register_buffer("quantiles", torch.zeros(numbers, LEVELS))

    def fit(self, windows: Tensor) -> None:
        """``windows`` (N, F); NaNs are ignored."""
        ordered = windows.sort(dim=0).values  # NaN last
        last = (windows.isfinite().sum(dim=0) - 1).clamp(min=0)
        levels = torch.linspace(0, 1, LEVELS, device=windows.device)
        ranks = (levels[:, None] * last).round().long()  # (LEVELS, F)
        self.quantiles = ordered.gather(0, ranks).T.nan_to_num(0.0).contiguous()

    def forward(self, windows: Tensor) -> Tensor:
        """(N, F) -> (N, F) normal scores; ties take the middle of their ranks."""
        columns = windows.nan_to_num(0.0).T.contiguous()  # (F, N)
        below = torch.searchsorted(self.quantiles, columns, right=False)
        up_to = torch.searchsorted(self.quantiles, columns, right=True)
        rank = (below + up_to - 1).float() / 2 / (LEVELS - 1)
        scores = torch.special.ndtri(rank.clamp(0.001, 0.999))
        scores = scores.clamp(-FARTHEST, FARTHEST).T
        return torch.where(windows.isfinite(), scores, torch.zeros_like(scores))


class KinematicMachine(nn.Module):
    """Class scores of a walk from its windows; fitted in closed form.

    ``numbers`` is F, ``classes`` K. Windows that pad a shorter walk are all NaN.
    """

    support: Tensor
    duals: Tensor
    offset: Tensor
    temperature: Tensor

    def __init__(self, numbers: int, classes: int) -> None:
        super().__init__()
        self.normal = NormalScores(numbers)
        self.register_buffer("support", torch.zeros(0, numbers))
        self.register_buffer("duals", torch.zeros(0, classes))
        self.register_buffer("offset", torch.zeros(classes))
        self.register_buffer("temperature", torch.ones(()))

    def _load_from_state_dict(
        self, state_dict: Mapping[str, Any], prefix: str, *rest: Any
    ) -> None:
        """Take the number of support windows from the checkpoint."""
        for name in ("support", "duals"):
            if f"{prefix}{name}" in state_dict:
                setattr(self, name, torch.empty_like(state_dict[f"{prefix}{name}"]))
        super()._load_from_state_dict(state_dict, prefix, *rest)

    def fit(self, walks: Tensor, labels: Tensor, subjects: Sequence[str]) -> Tensor:
        """Fit to walks (N, W, F); return their cross-fitted logits (N, K).

        The cross-fitted logits of a walk come from machines fitted without its
        subject; the temperature is fitted to them, then the machine to all walks.

        Raises
        ------
        InputError
            If there are fewer than two subjects.
        """
        if len(set(subjects)) < 2:
            raise InputError("a pose model takes walks of at least two subjects")
        held = torch.zeros(len(walks), len(self.offset), device=walks.device)
        for fold in grouped_folds(subjects, labels.tolist(), FOLDS):
            out = torch.tensor(fold, device=walks.device)
            inside = torch.ones(len(walks), dtype=torch.bool, device=walks.device)
            inside[out] = False
            kept = [
                s for s, inner in zip(subjects, inside.tolist(), strict=True) if inner
            ]
            self._solve(walks[inside], labels[inside], kept)
            held[out] = self.scores(walks[out])
        self.temperature = _best_temperature(held, labels)
        self._solve(walks, labels, subjects)
        return (held / self.temperature).log_softmax(dim=1)

    def _solve(self, walks: Tensor, labels: Tensor, subjects: Sequence[str]) -> None:
        """Weighted kernel ridge: (K + ridge / w) alpha = Y - mean."""
        owner, windows = _windows(walks)
        self.normal.fit(windows)
        self.support = self.normal(windows)
        weight = _weights(labels, subjects)[owner]
        weight = weight / torch.bincount(owner).float()[owner].sqrt()
        weight = weight / weight.mean()
        wanted = nn.functional.one_hot(labels, len(self.offset)).float()[owner]
        self.offset = (wanted * weight[:, None]).sum(dim=0) / weight.sum()
        kernel = self._kernel(self.support) + torch.diag(RIDGE / weight)
        solved = torch.linalg.solve(kernel.double(), (wanted - self.offset).double())
        self.duals = solved.float()

    def _kernel(self, scores: Tensor) -> Tensor:
        gaps = torch.cdist(scores, self.support).square() / scores.shape[1]
        return torch.exp(-BANDWIDTH * gaps)

    def scores(self, walks: Tensor) -> Tensor:
        """Mean score of each class over a walk's windows: (B, W, F) -> (B, K)."""
        owner, windows = _windows(walks)
        each = self._kernel(self.normal(windows)) @ self.duals + self.offset
        total = torch.zeros(len(walks), each.shape[1], device=walks.device)
        total.index_add_(0, owner, each)
        return total / torch.bincount(owner, minlength=len(walks))[:, None]

    def forward(self, walks: Tensor) -> Tensor:
        """Calibrated log-probabilities of walks (B, W, F): (B, K)."""
        return (self.scores(walks) / self.temperature).log_softmax(dim=1)


def _windows(walks: Tensor) -> tuple[Tensor, Tensor]:
    """The walk of each window that is not padding, and the windows: (M,), (M, F)."""
    there = walks.isfinite().any(dim=2)
    owner = there.nonzero()[:, 0]
    return owner, walks[there]


def _weights(labels: Tensor, subjects: Sequence[str]) -> Tensor:
    """A walk's weight: 1 / sqrt(its subject's walks), / sqrt(its class's total)."""
    names = {name: number for number, name in enumerate(dict.fromkeys(subjects))}
    of = torch.tensor([names[s] for s in subjects], device=labels.device)
    own = torch.bincount(of).float()[of].rsqrt()
    mass = torch.zeros(int(labels.max()) + 1, device=labels.device)
    mass.index_add_(0, labels, own)
    return own * mass[labels].rsqrt()


def _best_temperature(scores: Tensor, labels: Tensor) -> Tensor:
    """The temperature of least negative log-likelihood on a logarithmic grid."""
    grid = torch.logspace(-2.5, 0.5, 301, device=scores.device)
    losses = torch.stack(
        [nn.functional.cross_entropy(scores / t, labels) for t in grid]
    )
    return grid[losses.argmin()]
