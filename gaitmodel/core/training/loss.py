"""Weighted cross-entropy against class imbalance (paper section 2.3, Eq. 3)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """w_k = N / (K n_k) over the training labels; 0 for a class without examples.

    ``labels`` (N,) integers -> (K,) float32.
    """
    counts = torch.bincount(labels, minlength=classes).float()
    weights = len(labels) / (classes * counts.clamp(min=1))
    return torch.where(counts > 0, weights, torch.zeros_like(weights))


def weighted_cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Eq. 3, averaged over the batch.

    The mean is over clips, as in the equation. ``torch``'s own ``weight`` argument
    would divide by the batch's sum of weights, which in batches of two cancels most of
    the weighting.
    """
    losses = cross_entropy(logits, labels, reduction="none")
    return (weights[labels] * losses).mean()  # Eq. 3
