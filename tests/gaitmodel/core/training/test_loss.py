"""Eq. 3 against torch's own cross-entropy and by hand."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cross_entropy

from gaitmodel.core.training.loss import class_weights, weighted_cross_entropy


def test_weights_are_n_over_k_times_class_count() -> None:
    labels = torch.tensor([0, 0, 0, 1])
    assert class_weights(labels, 2).tolist() == pytest.approx([4 / 6, 4 / 2])


def test_a_class_without_examples_weighs_nothing() -> None:
    weights = class_weights(torch.tensor([0, 0]), 3)
    assert weights.tolist() == pytest.approx([1 / 3, 0.0, 0.0])


def test_balanced_classes_give_plain_cross_entropy() -> None:
    logits, labels = torch.randn(6, 3), torch.tensor([0, 1, 2, 0, 1, 2])
    loss = weighted_cross_entropy(logits, labels, class_weights(labels, 3))
    assert torch.allclose(loss, cross_entropy(logits, labels))


def test_the_sum_over_clips_equals_torchs_weighted_sum() -> None:
    logits, labels = torch.randn(5, 3), torch.tensor([0, 1, 1, 1, 2])
    weights = class_weights(labels, 3)
    theirs = cross_entropy(logits, labels, weight=weights, reduction="sum") / 5
    assert torch.allclose(weighted_cross_entropy(logits, labels, weights), theirs)
