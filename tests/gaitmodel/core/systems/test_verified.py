"""Verified decoding keeps no contradicted number, and tells what it did elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from gaitmodel.core.config import FusionConfig, GenerationConfig, TrainConfig
from gaitmodel.core.decoding.draws import Drawn
from gaitmodel.core.errors import InputError
from gaitmodel.core.features.measure import measure
from gaitmodel.core.rationale.evidence import check_evidence
from gaitmodel.core.rationale.judge import Verdict
from gaitmodel.core.records import RationaleText
from gaitmodel.core.systems.verified import verified, without_contradictions
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.core.training.fit import fit_system
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import labelled_clips, swinging_pose
from tests.gaitmodel.core.training.test_fit import clock, quiet

FEATURES = measure(swinging_pose(120))
CADENCE = FEATURES.metrics["cadence_spm"].value
HEAD = "1) Final diagnosis class: dcm\n2) Rationale:"
TRUE = f"The cadence is {CADENCE:.0f} steps/min."
FALSE = "The cadence is 187 steps/min."
VAGUE = "The walk is unsteady."


def answer(prose: str) -> RationaleText:
    return RationaleText("x", GaitClass.DCM, f"{HEAD} {prose}", "0" * 64, {"a": "b"})


class Writer:
    """Hands out prepared drafts, and notes what it was asked."""

    def __init__(self, *drafts: str) -> None:
        self.drafts, self.asked = list(drafts), []

    def __call__(self, rows: Sequence[int], drawn: Drawn | None) -> list[RationaleText]:
        self.asked.append(drawn)
        number = min(len(self.asked) - 1, len(self.drafts) - 1)
        return [answer(self.drafts[number]) for _ in rows]


def contradicted(text: str) -> int:
    return check_evidence(text, FEATURES).count(Verdict.CONTRADICTED)


def test_the_fixture_is_what_it_says() -> None:
    assert (contradicted(FALSE), contradicted(TRUE), contradicted(VAGUE)) == (1, 0, 0)


def test_the_best_grounded_draft_is_kept() -> None:
    write = Writer(FALSE, VAGUE, TRUE)
    (kept,) = verified([FEATURES], write, 3, 0.8, seed=7)
    assert kept.text == f"{HEAD} {TRUE}"
    assert write.asked == [None, Drawn(0.8, 8), Drawn(0.8, 9)]
    assert kept.details == {
        "a": "b",
        "drafts": "3",
        "draft_kept": "2",
        "sentences_left_out": "0",
    }


def test_more_drafts_are_drawn_while_it_contradicts() -> None:
    write = Writer(FALSE, FALSE, FALSE, VAGUE)
    (kept,) = verified([FEATURES], write, 2, 0.8, seed=0)
    assert kept.text == f"{HEAD} {VAGUE}"
    assert len(write.asked) == 4


def test_at_last_the_sentence_that_contradicts_is_left_out() -> None:
    write = Writer(f"{VAGUE} {FALSE} {TRUE}")
    (kept,) = verified([FEATURES], write, 2, 0.8, seed=0)
    assert kept.text == f"{HEAD} {VAGUE} {TRUE}"
    assert kept.details["sentences_left_out"] == "1"
    assert contradicted(kept.text) == 0


def test_an_answer_of_which_nothing_stands_names_the_class_alone() -> None:
    text, left_out = without_contradictions(f"{HEAD} {FALSE}", FEATURES)
    assert text == f"{HEAD} The walk fits dcm best."
    assert left_out == 1


def test_the_verified_arm_has_the_weights_of_the_full_one_and_its_own_name(
    workplace: Workplace, tmp_path: Path
) -> None:
    clips = labelled_clips(tmp_path, 6)
    request = TrainRequest("biogait_full", "tiny", TrainConfig(1), FusionConfig(4))
    fit_system(request, clips[:4], clips[4:], workplace, quiet, clock)
    generation = GenerationConfig(8, 2, candidates=2)
    arms = [
        workplace.answering(key, "tiny", FusionConfig(4), generation)
        for key in ("biogait_full", "biogait_full_verified")
    ]
    assert arms[0].checkpoint == arms[1].checkpoint
    given = [clip.given for clip in clips[:2]]
    full, checked = (arm.answer(given) for arm in arms)
    assert [p.label for p, _ in full] == [p.label for p, _ in checked]
    assert {text.system for _, text in checked} == {"biogait_full_verified"}
    assert checked[0][1].details["drafts"] == "2"
    again = arms[1].answer(given)
    assert [text.text for _, text in checked] == [text.text for _, text in again]
    with pytest.raises(InputError, match="weights of 'biogait_full'"):
        workplace.trainable(
            "biogait_full_verified", "tiny", FusionConfig(4), generation
        )


def test_drawing_leaves_the_callers_random_stream_alone(workplace: Workplace) -> None:
    backbone = workplace.backbone("tiny")
    from gaitmodel.core.config import FusionOrder

    layout = backbone.lay_out("Judge.", "", 2, FusionOrder.TEXT_FIRST)
    visual = torch.zeros(2, backbone.width)
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    drawn = [
        backbone.read([visual], [layout], 12).write([""], 12, drawn=Drawn(1.5, seed))
        for seed in (1, 1, 2)
    ]
    assert torch.equal(torch.rand(1), expected)
    assert drawn[0] == drawn[1] != drawn[2]
