"""A protocol is read strictly."""

import pytest

from annotations.core.errors import StudyError
from annotations.core.instrument.protocol import (
    Protocol,
    TieRule,
    protocol_from,
    protocol_json,
)


def test_a_protocol_survives_its_stored_form() -> None:
    protocol = Protocol(tie_rule=TieRule.NONE_ACCEPTABLE, correctness=True)
    assert protocol_from(protocol_json(protocol)) == protocol


def test_the_fifth_criterion_is_optional() -> None:
    assert len(Protocol().criteria) == 4
    assert Protocol(correctness=True).criteria[-1].key == "correctness"


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"tie_rule": "coin"}, "tie rule 'coin' is not one of"),
        ({"signatories": 0}, "signatories is 0"),
        ({"colour": "red"}, "unknown field 'colour'"),
    ],
)
def test_nonsense_is_refused(stored, sentence) -> None:
    with pytest.raises(StudyError, match=sentence):
        protocol_from(stored)
