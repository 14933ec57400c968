"""Which frames of a film are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from gaitmodel.core.config import (
    FusionConfig,
    GenerationConfig,
    Sampling,
)
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.reading import ClipReader
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import clip_input, labelled_clips


def test_every_view_is_other_frames_and_the_first_is_the_one_that_predicts(
    workplace: Workplace, tmp_path: Path
) -> None:
    clip = labelled_clips(tmp_path, 1)[0].given
    one, many = (
        workplace.trainable(
            "biogait_full", "tiny", FusionConfig(frames=4, views=k), GenerationConfig()
        )
        for k in (1, 3)
    )
    read = [many.inputs(clip, view) for view in range(3)]
    assert torch.equal(one.inputs(clip)["visual"], read[0]["visual"])
    assert not torch.equal(read[0]["visual"], read[1]["visual"])
    assert not torch.equal(read[1]["f_vlm"], read[2]["f_vlm"])


@pytest.mark.parametrize("sampling", Sampling)
def test_a_film_that_is_long_enough_has_as_many_different_views_as_asked_for(
    tiny: InternVLBackbone, tmp_path: Path, sampling: Sampling
) -> None:
    clip = clip_input(tmp_path)
    config = FusionConfig(frames=8, views=5, sampling=sampling)
    reader = ClipReader(tiny, config, biomechanics=False)
    views = [reader.frame_indices(clip, view) for view in range(5)]
    assert len({tuple(view) for view in views}) == 5
    for view in views:
        assert 0 <= view[0] <= view[-1] < clip.seen().frames
        assert (np.diff(view) > 0).all()
