"""Form is taken away, content stays, and the same text gives the same bytes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotations.core.errors import StudyError
from annotations.core.instrument.presentation import (
    NORMALISED,
    ONE_DECIMAL,
    RULES,
    Shown,
    presented,
    texts_sha256,
)
from annotations.core.instrument.protocol import AS_WRITTEN

ALIKE = "1) Final diagnosis class: normal\n2) Rationale: Steps are even."


@pytest.mark.parametrize(
    "raw",
    [
        ALIKE,
        "**Diagnosis:** normal\n\n### Explanation: Steps are even.",
        "Final diagnosis class = normal\nReasoning:  Steps\u00a0are even.",
        "1. Diagnosis: normal\n2. Rationale - Steps are even.",
        "1) Final diagnosis class: normal\n2) Rationale: As an AI language model, Steps are even.",
    ],
)
def test_different_forms_come_out_alike(raw) -> None:
    assert presented(raw, NORMALISED) == ALIKE


@pytest.mark.parametrize("end", ["...", "\u2026", " [...]", ",", ""])
def test_every_cut_off_end_is_marked_the_same(end) -> None:
    assert presented(f"The knee is stiff and the hip{end}", NORMALISED).endswith(
        "the hip [...]"
    )


@pytest.mark.parametrize(
    "name", ["BioGait-VLM", "InternVL3.5-1B", "Qwen3-VL-2B", "ChatGPT", "SmolLM2"]
)
def test_a_model_does_not_name_itself(name) -> None:
    assert name not in presented(f"{name} sees an even gait.", NORMALISED)


def test_numbers_stay_unless_the_rule_says_otherwise() -> None:
    raw = "Cadence 112.457 steps/min, swing 40.25 %, two sides."
    assert presented(raw, NORMALISED) == raw
    assert presented(raw, ONE_DECIMAL) == (
        "Cadence 112.5 steps/min, swing 40.2 %, two sides."
    )


def test_as_written_only_trims() -> None:
    assert presented("  **x**  ", AS_WRITTEN) == "**x**"


@given(st.text(max_size=300))
@example("*")  # a lone mark is no words, though a cut mark would be put behind it
def test_a_rule_applied_twice_changes_nothing_more(raw) -> None:
    for rule in RULES:
        try:
            once = presented(raw, rule)
        except StudyError:
            continue
        assert presented(once, rule) == once
        assert presented(raw, rule) == once


def test_the_difference_names_each_word() -> None:
    shown = Shown("**Normal** gait", "Normal gait")
    assert shown.is_changed
    assert ("-", "**Normal**") in shown.difference()
    assert ("+", "Normal") in shown.difference()
    assert (" ", "gait") in shown.difference()


def test_an_unknown_rule_and_an_empty_text_are_refused() -> None:
    with pytest.raises(StudyError, match="'shouted' is not one of"):
        presented("x", "shouted")
    with pytest.raises(StudyError, match="no words left"):
        presented("ChatGPT", NORMALISED)


def test_one_hash_covers_all_texts_in_any_order() -> None:
    assert texts_sha256(["a", "b"]) == texts_sha256(["b", "a"]) != texts_sha256(["ab"])
