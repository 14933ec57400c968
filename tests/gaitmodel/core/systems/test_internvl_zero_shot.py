"""InternVL zero-shot: it decides and explains from one reading of a clip."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.records import Prediction
from gaitmodel.core.systems import desk
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.internvl_zero_shot import InternVLZeroShot
from gaitmodel.core.taxonomy import CLASSES
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import clip_input


@pytest.fixture
def system(workplace: Workplace) -> InternVLZeroShot:
    asked = FusionConfig(2), GenerationConfig(6, 2)
    answering = workplace.answering("internvl3_5_zero_shot", "tiny", *asked)
    assert isinstance(answering.system, InternVLZeroShot)
    return answering.system


def same(one: Prediction, other: Prediction) -> bool:
    shares = pytest.approx(other.probabilities, abs=1e-5)
    return (one.label, one.free_label, one.probabilities) == (
        other.label,
        other.free_label,
        shares,
    )


def test_a_clip_is_read_once_for_scores_open_answer_and_text(
    system: InternVLZeroShot, tmp_path: Path
) -> None:
    clips = [clip_input(tmp_path, f"c{seed}", seed) for seed in range(2)]
    read = InternVLBackbone.read
    with patch.object(InternVLBackbone, "read", autospec=True, side_effect=read) as one:
        answers = system.answer(clips)
    assert one.call_count == 1
    decided = system.predict(clips, lambda done, total: None)
    for (prediction, text), alone in zip(answers, decided, strict=True):
        assert same(prediction, alone)
        assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-5)
        assert text.label is prediction.label
        assert text.details["free_label"] in {"none", *(c.value for c in CLASSES)}


class OtherEngine:
    """An engine that tells no states and writes the same text everywhere."""

    f_vlm = None

    def read(self, *asked: object) -> OtherEngine:
        return self

    def write(self, openings: list[str], *asked: object) -> list[str]:
        return ["walk is slow."] * len(openings)


def test_where_another_engine_writes_the_backbone_decides(
    system: InternVLZeroShot, tmp_path: Path
) -> None:
    clip = clip_input(tmp_path)
    with patch.object(desk, "rationale_engine", return_value=OtherEngine()):
        [(prediction, text)] = system.answer([clip])
    [alone] = system.predict([clip], lambda done, total: None)
    assert same(prediction, alone)
    assert text.text.endswith("2) Rationale: The walk is slow.")
