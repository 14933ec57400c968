"""The prompt: eight classes, one form of answer, and nothing that tells the answer."""

import inspect

from gaitmodel.core.config import AngleStyle
from gaitmodel.core.features import prompt
from gaitmodel.core.features.measure import measure
from gaitmodel.core.features.prompt import (
    Wording,
    answer_format,
    clinical_instruction,
    prompt_sha256,
)
from gaitmodel.core.features.text import angle_text, metrics_text
from gaitmodel.core.records import PoseSequence
from gaitmodel.core.taxonomy import CLASSES, GaitClass
from tests.gaitmodel.core.walks import sine_walk

CANARY = "canary-7f3a"


def test_every_class_is_defined_once() -> None:
    lines = clinical_instruction().splitlines()[1:]
    assert [line.split(":")[0] for line in lines] == [
        f"- {one.display_name}" for one in CLASSES
    ]


def test_only_the_chosen_classes_are_offered() -> None:
    text = clinical_instruction((GaitClass.NORMAL, GaitClass.DCM))
    assert "normal" in text
    assert "waddling" not in text


def test_dcm_is_described_as_the_literature_does_unless_the_paper_is_asked_for() -> (
    None
):
    assert "reduced speed and cadence" in clinical_instruction()
    assert "increased cadence" not in clinical_instruction()
    assert "increased cadence" in clinical_instruction(wording=Wording.PAPER)


def test_the_form_of_the_answer_shows_nothing_that_could_be_copied_out() -> None:
    assert "<" not in answer_format()
    assert "final diagnosis class" in answer_format()


def test_no_clip_subject_data_set_path_or_label_reaches_a_prompt() -> None:
    pose = sine_walk()
    pose = PoseSequence(pose.angles, pose.fps, pose.camera_frame, CANARY)
    angles = angle_text(pose, range(32), 1024, len, AngleStyle.COMPACT).text
    parts = (
        clinical_instruction(),
        answer_format(),
        metrics_text(measure(pose)),
        angles,
    )
    assert not any(CANARY in part for part in parts)
    accepted = {
        name
        for function in (clinical_instruction, answer_format)
        for name in inspect.signature(function).parameters
    }
    assert accepted == {"classes", "wording"}
    assert "ClipRef" not in inspect.getsource(prompt)


def test_the_hash_changes_with_any_letter() -> None:
    assert prompt_sha256("a") != prompt_sha256("b")
    assert len(prompt_sha256("a")) == 64
