"""Eq. 1: the queries read the frames, in their order."""

from __future__ import annotations

import pytest
import torch

from gaitmodel.core.config import TedConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.ted import TemporalEvidenceDistillation


@pytest.fixture
def ted() -> TemporalEvidenceDistillation:
    torch.manual_seed(0)
    return TemporalEvidenceDistillation(16, 6, TedConfig(queries=5)).eval()


def test_it_gives_one_descriptor_per_clip(ted: TemporalEvidenceDistillation) -> None:
    assert ted(torch.randn(3, 6, 16)).shape == (3, 16)


def test_the_order_of_the_frames_matters(ted: TemporalEvidenceDistillation) -> None:
    visual = torch.randn(1, 6, 16)
    assert not torch.allclose(ted(visual), ted(visual.flip(1)), atol=1e-5)


def test_a_clip_does_not_depend_on_its_batch(
    ted: TemporalEvidenceDistillation,
) -> None:
    visual = torch.randn(4, 6, 16)
    assert torch.allclose(ted(visual)[2:3], ted(visual[2:3]), atol=1e-6)


def test_a_width_that_the_heads_cannot_share_is_refused() -> None:
    with pytest.raises(InputError, match="not a multiple"):
        TemporalEvidenceDistillation(10, 6, TedConfig())
