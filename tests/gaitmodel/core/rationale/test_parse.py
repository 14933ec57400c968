"""Answers of systems, in the form asked for and in the forms that come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitmodel.core.rationale.parse import parse_rationale
from gaitmodel.core.taxonomy import CLASSES, GaitClass

WHY = "The left step time is 0.45 s. It is shorter than the right."


@pytest.mark.parametrize("label", CLASSES)
def test_the_asked_form_is_read_for_every_class(label: GaitClass) -> None:
    text = f"1) Final diagnosis class: {label.display_name}\n2) Rationale: {WHY}"
    parsed = parse_rationale(text)
    assert (parsed.label, parsed.rationale) == (label, WHY)


@pytest.mark.parametrize(
    "text",
    [
        f"1) Final diagnosis class: DCM  2) Rationale: {WHY}",
        f"**1) Final diagnosis class:** dcm\n**2) Rationale:** {WHY}",
        f"Final diagnosis class: degenerative cervical myelopathy (DCM).\nRationale: {WHY}",
        f"Diagnosis: DCM\nRationale: {WHY}",
        f"1. Final Diagnosis Class - DCM-related gait impairment\n2. Rationale - {WHY}",
        f"1) Final diagnosis class: <dcm>\n\n2) Rationale:\n{WHY}",
        f"Sure! 1) Final diagnosis class: the walker likely has DCM\n2) Rationale: {WHY}",
        f"1) Final diagnosis class: DCM\n{WHY}",
    ],
)
def test_other_forms_of_the_same_answer_are_read(text: str) -> None:
    parsed = parse_rationale(text)
    assert parsed.label is GaitClass.DCM
    assert parsed.rationale == WHY


def test_abnormal_is_not_read_as_normal() -> None:
    assert parse_rationale("Class: an abnormal gait").label is GaitClass.ABNORMAL
    assert parse_rationale("Class: a normal gait").label is GaitClass.NORMAL


def test_two_classes_or_none_are_no_answer() -> None:
    assert parse_rationale("Class: parkinsons or myopathic\nRationale: x").label is None
    assert parse_rationale("The walk looks slow.").label is None
    assert parse_rationale("The walk looks slow.").rationale == "The walk looks slow."


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    parsed = parse_rationale(text)
    assert parsed.label is None or parsed.label in CLASSES
    assert len(parsed.rationale) <= len(text)
