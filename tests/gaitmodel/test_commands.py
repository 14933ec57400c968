"""What every command of the model room shares."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from gaitmodel.management.base import count


@pytest.mark.parametrize("text", ["-5", "1.5", "many", ""])
def test_a_count_is_a_number_of_nought_or_more(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a number of 0 or more"):
        count(text)
    assert count("12") == 12
