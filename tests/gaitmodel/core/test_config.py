"""A number that no run can use is refused by its option's name and its value."""

from __future__ import annotations

import pytest

from gaitmodel.core.config import FusionConfig, GenerationConfig, TrainConfig
from gaitmodel.core.errors import InputError


@pytest.mark.parametrize(
    ("config", "field", "value", "sentence"),
    [
        (GenerationConfig, "max_new_tokens", 0, "--max-new-tokens must be at least 1"),
        (GenerationConfig, "batch_size", -1, "--batch-size must be at least 1, not -1"),
        (GenerationConfig, "candidates", 0, "--candidates must be at least 1, not 0"),
        (GenerationConfig, "no_repeat_ngram", -1, "--no-repeat-ngram must be 0"),
        (FusionConfig, "text_tokens", -4, "--text-tokens must be at least 1, not -4"),
        (FusionConfig, "views", 0, "--views must be at least 1, not 0"),
        (TrainConfig, "epochs", 0, "--epochs must be at least 1, not 0"),
        (TrainConfig, "learning_rate", float("nan"), "--lr must lie between 0 and 1"),
    ],
)
def test_a_number_out_of_range_is_refused_by_name_and_value(
    config: type, field: str, value: float, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        config(**{field: value})


def test_no_ban_on_repeats_is_a_choice() -> None:
    assert GenerationConfig(no_repeat_ngram=0).no_repeat_ngram == 0
