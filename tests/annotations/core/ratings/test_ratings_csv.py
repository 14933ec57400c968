"""The ratings file: every refusal names the file, the row, the rule and the value."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from annotations.core.errors import StudyError
from annotations.core.ratings.ratings_csv import ratings_csv, read_ratings
from tests.annotations.core.studies import CRITERIA, paper_study

HEAD = "case,patient,evaluator,model,position," + ",".join(CRITERIA) + ",best,second"
GOOD = "c1,p1,e1,full,A,5,4,4,5,1,0"
OTHER = "c1,p1,e1,none,B,2,3,1,,0,1"


def written(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join((head, *rows)) + "\n")
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "paper.csv"
    path.write_text(ratings_csv(paper_study()))
    found = read_ratings(path)
    assert list(found.outputs) == paper_study()
    assert found.criteria == CRITERIA
    assert not found.ignored_columns


def test_a_blank_is_not_answered(tmp_path: Path) -> None:
    found = read_ratings(written(tmp_path, GOOD, OTHER))
    assert found.outputs[1].scores["consistency"] is None
    assert found.outputs[1].second is True


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("c1,p1,e1,none,B,6,3,1,1,0,1", "grounding must be a whole number 1 to 5, not '6'"),
        ("c1,p1,e1,none,B,2,0,1,1,0,1", "explainability .* not '0'"),
        ("c1,p1,e1,none,B,2,3,3.5,1,0,1", "usefulness .* not '3.5'"),
        ("c1,p1,e1,none,B,2,3,1,good,0,1", "consistency .* not 'good'"),
        ("c1,p1,e1,none,B,2,3,1,1,2,1", "best must be 0, 1 or blank, not '2'"),
        ("c1,p1,e1,none,B,2,3,1,1,0,yes", "second must be 0, 1 or blank, not 'yes'"),
        (",p1,e1,none,B,2,3,1,1,0,1", "case must not be blank"),
        ("c1,,e1,none,B,2,3,1,1,0,1", "patient must not be blank"),
        ("c1,p1,,none,B,2,3,1,1,0,1", "evaluator must not be blank"),
        ("c1,p1,e1,,B,2,3,1,1,0,1", "model must not be blank"),
        ("c1,p1,e1,full,B,2,3,1,1,0,1", "'full' is rated twice .*first in row 2"),
        ("c1,p2,e1,none,B,2,3,1,1,0,1", "'c1' stands under patient 'p2'.*'p1'"),
        ("c1,p1,e1,none,B,2,3,1,1,1,0", "a second model marked best .*row 2"),
        ("c2,p1,e1,none,B,2,3,1,1,1,1", "'none' is marked best and second"),
        ("c1,p1,e1,none,B,2,3", "has 7 cells, but the header has 11"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named(tmp_path: Path, row: str, sentence: str) -> None:
    with pytest.raises(StudyError, match=sentence) as refusal:
        read_ratings(written(tmp_path, GOOD, row))
    assert str(refusal.value).startswith("mine.csv, row 3: ")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("absent", ["case", "patient", "evaluator", "model", "best"])
def test_a_missing_column_is_named(tmp_path: Path, absent: str) -> None:
    head = HEAD.replace(absent, "x", 1)
    with pytest.raises(StudyError, match=f"no column '{absent}'"):
        read_ratings(written(tmp_path, GOOD, OTHER, head=head))


def test_one_of_the_four_criteria_may_not_just_be_absent(tmp_path: Path) -> None:
    head = HEAD.replace("grounding", "site")
    rows = (GOOD.replace(",A,5", ",A,north"), OTHER.replace(",B,2", ",B,north"))
    path = written(tmp_path, *rows, head=head)
    with pytest.raises(StudyError, match="no column 'grounding'"):
        read_ratings(path)
    found = read_ratings(path, criteria=CRITERIA[1:])
    assert found.criteria == CRITERIA[1:]
    assert found.ignored_columns == ("site",)


@pytest.mark.parametrize("text", ["", HEAD + "\n"])
def test_a_file_without_ratings_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(StudyError, match="mine.csv"):
        read_ratings(path)


def test_what_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    with pytest.raises(StudyError, match="cannot be read"):
        read_ratings(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyError, match="cannot be read"):
        read_ratings(path)


def test_other_criteria_are_found_and_other_columns_named(tmp_path: Path) -> None:
    head = "case,patient,evaluator,model,clarity,trust,site,note,best,second"
    rows = ("c1,p1,e1,x,5,1,2,fine,1,0", "c1,p1,e1,y,3,2,2,,0,1")
    found = read_ratings(written(tmp_path, *rows, head=head))
    assert found.criteria == ("clarity", "trust")
    assert found.ignored_columns == ("site", "note")
    assert found.outputs[0].scores == {"clarity": 5, "trust": 1}


def test_what_belongs_to_a_visit_is_no_criterion(tmp_path: Path) -> None:
    """A case read twice was read in two meetings; both texts of each in the same."""
    head = f"{HEAD},occasion,meeting,session"
    rows = [f"{row},{n},{n},{n}" for n in (1, 2) for row in (GOOD, OTHER)]
    found = read_ratings(written(tmp_path, *rows, head=head))
    assert found.criteria == CRITERIA
    assert found.ignored_columns == ("meeting", "session")


def test_the_order_of_the_texts_is_no_criterion(tmp_path: Path) -> None:
    rows = [
        f"c{case},p1,e1,{model},{score},{1 + (case + place) % 2},{place + 1},{place},{1 - place}"
        for case in range(3)
        for place, (model, score) in enumerate((("x", 4), ("y", 2)))
    ]
    head = "case,patient,evaluator,model,clarity,shown,display_order,best,second"
    path = written(tmp_path, *rows, head=head)
    found = read_ratings(path)
    assert found.criteria == ("clarity",)
    assert found.ignored_columns == ("shown", "display_order")
    assert read_ratings(path, criteria=["shown"]).criteria == ("shown",)


def test_an_impossible_value_of_another_criterion_is_refused(tmp_path: Path) -> None:
    head = "case,patient,evaluator,model,clarity,best,second"
    rows = ("c1,p1,e1,x,5,1,0", "c1,p1,e1,y,3,0,1", "c2,p1,e1,x,9,1,0")
    with pytest.raises(
        StudyError, match="row 4: clarity must be a whole number 1 to 5"
    ):
        read_ratings(written(tmp_path, *rows, head=head))


def test_a_seven_point_scale_is_an_option(tmp_path: Path) -> None:
    row = GOOD.replace(",A,5", ",A,7")
    path = written(tmp_path, row, OTHER)
    with pytest.raises(StudyError, match="1 to 5"):
        read_ratings(path)
    assert read_ratings(path, tuple(range(1, 8))).outputs[0].scores["grounding"] == 7


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.0"])
def test_an_occasion_counts_from_one(tmp_path: Path, value: str) -> None:
    path = written(tmp_path, f"{GOOD},{value}", f"{OTHER},1", head=f"{HEAD},occasion")
    with pytest.raises(StudyError, match=f"row 2: occasion .* not '{value}'"):
        read_ratings(path)


def test_semicolons_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    text = "\n".join((HEAD, GOOD, OTHER)).replace(",", ";")
    path.write_text(text, encoding="utf-8-sig")
    assert len(read_ratings(path).outputs) == 2


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="'best' appears twice"):
        read_ratings(written(tmp_path, GOOD + ",1", head=HEAD + ",best"))


def test_a_spreadsheet_runs_no_cell_as_a_formula() -> None:
    (first, *_) = paper_study()
    text = ratings_csv([first.__class__(**{**vars(first), "comment": "=cmd()"})])
    assert "'=cmd()" in text


@pytest.mark.parametrize("comment", ["one\rtwo", "\r", "one\r\ntwo", "\n"])
def test_a_line_end_in_a_comment_ends_no_row(comment: str) -> None:
    first, *others = paper_study()
    text = ratings_csv([replace(first, comment=comment), *others])
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 1 + len(others)
    assert rows[0]["comment"].removeprefix("'") == comment
