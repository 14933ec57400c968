"""Codebooks, and the agreement of two coders against scikit-learn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from annotations.core.errors import StudyError
from annotations.core.instrument.codebook import codebook_from
from annotations.core.report.coding import code_agreement, coding_table, cohen_kappa
from annotations.core.statistics.estimate import NotEstimable, Reasons


def test_lines_are_codes_and_blank_lines_are_none() -> None:
    codes = codebook_from("numbers: cites a number\n\nwrong: says what is not so")
    assert [code.key for code in codes] == ["numbers", "wrong"]
    assert codes[1].meaning == "says what is not so"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("numbers", "line 1 of the codebook must read"),
        ("a: x\0", "line 1 of the codebook must read"),
        ("a: x\na: y", "line 2 of the codebook: 'a' appears twice"),
        ("", "1 to 30 codes, not 0"),
    ],
)
def test_what_is_no_codebook_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(StudyError, match=sentence):
        codebook_from(text)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40))
def test_kappa_equals_scikit_learns(pairs: list[tuple[bool, bool]]) -> None:
    first, second = zip(*pairs, strict=True)
    try:
        found = cohen_kappa(first, second)
    except NotEstimable:
        assert len({*first, *second}) == 1
        return
    assert found == pytest.approx(cohen_kappa_score(first, second))


def test_only_comments_of_both_coders_count() -> None:
    codings = {
        "1": {"lena": frozenset({"a"}), "omar": frozenset({"a"})},
        "2": {"lena": frozenset(), "omar": frozenset()},
        "3": {"lena": frozenset({"a"})},
    }
    reasons = Reasons()
    (found,) = code_agreement(codings, ["a"], reasons)
    assert (found.comments, found.first, found.second) == (2, 1, 1)
    assert found.kappa == pytest.approx(1)


@pytest.mark.parametrize(
    ("coders", "sentence"),
    [
        ((), "Nobody coded a comment"),
        (("lena",), "One coder alone coded comments"),
        (("lena", "omar"), "The two coders both coded 1 comment,"),
        (("lena", "omar", "uma"), "Of 3 coders the busiest two both coded 1 comment,"),
    ],
)
def test_the_table_says_who_coded_and_claims_no_more(
    coders: tuple[str, ...], sentence: str
) -> None:
    codings = {"1": {coder: frozenset({"a"}) for coder in coders}} if coders else {}
    table = coding_table(code_agreement(codings, ["a"], Reasons()))
    assert table.note.startswith(sentence)
    assert "every comment" not in table.note


def test_one_coder_alone_gives_a_reason() -> None:
    reasons = Reasons()
    (found,) = code_agreement({"1": {"lena": frozenset()}}, ["a"], reasons)
    assert found.kappa is None
    assert "coded by both" in reasons.found["coding.a.kappa"]
