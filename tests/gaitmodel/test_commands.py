"""What every command of the model room shares."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest
from django.core.management import CommandError, call_command

from gaitmodel.management.base import count


@pytest.mark.parametrize("text", ["-5", "1.5", "many", ""])
def test_a_count_is_a_number_of_nought_or_more(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a number of 0 or more"):
        count(text)
    assert count("12") == 12


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--workers", "0"), "--workers must be at least 1, not 0"),
        (("--clips", "nowhere,walk-1"), "--clips: clip 'nowhere' is not imported"),
    ],
)
def test_preparing_refuses_no_worker_and_a_clip_that_is_not_there(
    options: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("prepare_clips", *options)


@pytest.mark.parametrize(
    "words",
    [
        ("shortcut_test", "--systems", "st_gcn", "--out", "nowhere"),
        ("train_biogait", "--system", "biogait_plus", "--backbone", "none"),
    ],
)
def test_a_seed_below_nought_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="--seed: '-1' is not a number of 0 or more"):
        call_command(*words, "--seed", "-1")
