"""Every system on a device that refuses to mix its tensors with the processor's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate import PartialState

from gaitmodel.core.config import (
    FusionConfig,
    FusionOrder,
    GenerationConfig,
    TrainConfig,
)
from gaitmodel.core.decoding.draws import Drawn
from gaitmodel.core.systems.extraction import own_device
from gaitmodel.core.systems.fused import FusedFeatures
from gaitmodel.core.systems.loading import load_internvl
from gaitmodel.core.systems.registry import SYSTEMS
from gaitmodel.core.training import workplace as places
from gaitmodel.core.training.fit import fit_system
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.core.training.workplace import Fitted, Workplace
from tests.gaitmodel.core.fakes import clip_input, labelled_clips
from tests.gaitmodel.core.pretended_card import CARD, OnCard, a_card
from tests.gaitmodel.core.training.test_fit import clock, quiet

FUSION = FusionConfig(frames=4)
TEXTS = GenerationConfig(max_new_tokens=12, candidates=2)
TRAINED = [k for k, entry in SYSTEMS.items() if entry.trained and not entry.weights_of]
EXPLAINING = [
    "biogait_full", "biogait_full_verified", "internvl3_5_zero_shot",
    "qwen3_vl_zero_shot",
]  # fmt: skip


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[torch.device]:
    """The device of this process is the card; what lay on the processor is forgotten."""
    own_device()  # so that the library has asked the machine once
    monkeypatch.setitem(PartialState._shared_state, "device", CARD)
    _forget_backbones()
    with a_card() as device:
        yield device
    _forget_backbones()


def _forget_backbones() -> None:
    places._internvl.cache_clear()
    places._qwen3_vl.cache_clear()


def test_what_a_real_card_refuses_is_refused(card: torch.device) -> None:
    there = torch.ones(3, device=card)
    with pytest.raises(RuntimeError, match="tensors on"):
        there + torch.ones(3)
    with pytest.raises(RuntimeError, match="tensors on"):
        torch.cat([there, torch.ones(3)])
    with pytest.raises(TypeError, match="copied to the host"):
        there.numpy()
    assert (there * 2 + 1).cpu().tolist() == [3, 3, 3]
    assert isinstance(there, OnCard)


@pytest.mark.parametrize("order", FusionOrder)
def test_features_read_on_the_card_are_those_of_the_processor(
    card: torch.device, workplace: Workplace, tmp_path: Path, order: FusionOrder
) -> None:
    clip = clip_input(tmp_path)
    read = []
    for device in (card, torch.device("cpu")):
        backbone = load_internvl(_tiny(workplace), "tiny", device, torch.float32)
        place = Workplace(workplace.backbones, tmp_path, tmp_path / device.type)
        features = FusedFeatures(
            backbone, FusionConfig(4, fusion_order=order), place.features(), True
        )
        read.append(features.inputs(clip))
    for name, of_card in read[0].items():
        torch.testing.assert_close(of_card, read[1][name], atol=1e-5, rtol=0)


def test_texts_drafts_and_scores_are_those_of_the_processor(
    card: torch.device, workplace: Workplace
) -> None:
    visual = [torch.randn(4, 64), torch.randn(4, 64)]
    told = []
    for device in (card, torch.device("cpu")):
        backbone = load_internvl(_tiny(workplace), "tiny", device, torch.float32)
        layouts = [
            backbone.lay_out("Judge.", "knee 10 " * n, 4, FusionOrder.TEXT_FIRST)
            for n in (1, 5)
        ]
        reading = backbone.read(visual, layouts, 40)
        drawn = reading.of_rows([1, 0], 20).write(["1)", "1) a"], 12, 3, Drawn(0.8, 3))
        scores = reading.scores("1)", [" a", " of the knee"])
        told.append((drawn, scores, reading.write(["1)", "1) a"], 12)))
    (drawn, scores, texts), (drawn_here, scores_here, texts_here) = told
    assert (drawn, texts) == (drawn_here, texts_here)
    torch.testing.assert_close(scores, scores_here, atol=1e-4, rtol=0)


def trained(place: Workplace, folder: Path, request: TrainRequest) -> Path:
    clips = labelled_clips(folder, 3)
    return fit_system(request, clips[:2], clips[2:], place, quiet, clock)


@pytest.mark.parametrize("key", TRAINED)
def test_a_system_trains_and_predicts_on_the_card(
    card: torch.device, workplace: Workplace, tmp_path: Path, key: str
) -> None:
    backbone = "none" if key == "st_gcn" else "tiny"
    request = TrainRequest(key, backbone, TrainConfig(epochs=1), FUSION)
    folder = trained(workplace, tmp_path, request)
    fitted = workplace.answering(key, backbone, FUSION, TEXTS, folder)
    assert isinstance(fitted, Fitted)
    assert {p.device for p in fitted.network.parameters()} == {card}
    given = [clip.given for clip in labelled_clips(tmp_path, 3)]
    for answer in fitted.predict(given, lambda done, total: None):
        assert sum(answer.probabilities) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("cached", [True, False])
def test_views_are_drawn_on_the_card_from_the_cache_and_from_the_backbone(
    card: torch.device, workplace: Workplace, tmp_path: Path, cached: bool
) -> None:
    fusion = FusionConfig(frames=4, views=2)
    request = TrainRequest("biogait_full", "tiny", TrainConfig(epochs=1), fusion)
    place = workplace if cached else replace(workplace, cache=None)
    assert trained(place, tmp_path, request).exists()


def test_the_poses_alone_are_fitted_on_the_card(
    card: torch.device, workplace: Workplace, tmp_path: Path
) -> None:
    request = TrainRequest("biogait_plus", "none", TrainConfig(epochs=1), FUSION)
    folder = trained(workplace, tmp_path, request)
    fitted = workplace.answering("biogait_plus", "none", FUSION, TEXTS, folder)
    assert isinstance(fitted, Fitted)
    assert {state.device for state in fitted.network.buffers()} == {card}


@pytest.mark.parametrize("key", EXPLAINING)
def test_a_system_predicts_and_explains_on_the_card_as_on_the_processor(
    workplace: Workplace,
    tmp_path: Path,
    key: str,
    request: pytest.FixtureRequest,
) -> None:
    if weights := SYSTEMS[key].weights_of or (SYSTEMS[key].trained and key):
        asked = TrainRequest(weights, "tiny", TrainConfig(epochs=1), FUSION)
        trained(workplace, tmp_path, asked)
    given = [clip.given for clip in labelled_clips(tmp_path, 3)]

    def told(where: str) -> tuple[list[list[float]], list[str]]:
        place = replace(workplace, cache=tmp_path / where)
        system = place.answering(key, "tiny", FUSION, TEXTS)
        answers = system.answer(given)
        shares = [list(prediction.probabilities) for prediction, _ in answers]
        return shares, [text.text for _, text in answers]

    shares, texts = told("here")
    request.getfixturevalue("card")
    shares_there, texts_there = told("there")
    assert texts_there == texts
    assert shares_there == [pytest.approx(row, abs=1e-4) for row in shares]


def _tiny(workplace: Workplace) -> Path:
    workplace.backbone("tiny")
    return workplace.backbones / "tiny"
