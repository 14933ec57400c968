"""A study's log tells a course that a study can have gone through, or is named."""

import pytest

from annotations.core.proof.course import Act, course_breaks

WHOLE = (
    ("study_created", "7"),
    ("study_opened", "7"),
    ("rating_saved", "9"),
    ("study_locked", "7"),
    ("unblinding_signed", "7"),
    ("unblinding_signed", "8"),
    ("study_unblinded", "8"),
    ("data_exported", "7"),
)


def breaks(*acts: tuple[str, str], signatories: int = 2) -> list[str]:
    numbered = [Act(number, *act) for number, act in enumerate(acts, start=1)]
    return course_breaks(numbered, signatories)


@pytest.mark.parametrize("length", range(len(WHOLE) + 1))
def test_a_study_is_never_out_of_course_on_its_way(length: int) -> None:
    assert breaks(*WHOLE[:length]) == []


@pytest.mark.parametrize(
    "kind", ["rating_saved", "choice_saved", "consent_withdrawn", "seat_reissued"]
)
def test_nothing_is_answered_or_cleared_after_the_lock(kind: str) -> None:
    told = f"event 9: {kind} after the study was locked"
    assert breaks(*WHOLE, (kind, "9")) == [told]


def test_an_unblinding_needs_as_many_signers_as_the_protocol_asks_for() -> None:
    signed_twice = [*WHOLE[:5], WHOLE[4], *WHOLE[6:]]
    told = ["event 7: unblinded with 1 of 2 signatures"]
    assert breaks(*signed_twice) == told
    assert breaks(*signed_twice, signatories=1) == []
    early = [WHOLE[0], *WHOLE[4:6], *WHOLE[1:4], *WHOLE[6:]]
    assert "event 7: unblinded with 0 of 2 signatures" in breaks(*early)


def test_a_study_is_not_locked_twice_nor_unblinded_before_it_is_locked() -> None:
    assert "log: the study's steps are" in breaks(*WHOLE, WHOLE[3])[0]
    assert breaks(WHOLE[1], *WHOLE[4:7], signatories=0) == [
        "log: the study's steps are study_opened, study_unblinded"
    ]
