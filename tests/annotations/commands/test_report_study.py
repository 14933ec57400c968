"""report_study on anyone's ratings file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotations.core.ratings.ratings_csv import ratings_csv
from tests.annotations.core.studies import FULL, PRINTED, null_study, paper_study


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.csv"
    path.write_text(ratings_csv(paper_study()))
    return path


def run(*words: object) -> str:
    out = io.StringIO()
    call_command("report_study", *map(str, words), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_papers_numbers_come_first(paper: Path) -> None:
    said = run("--ratings", paper, "--target", FULL)
    table = said[said.index("## Table 2") :]
    assert said.index("## Table 2") < said.index("95 % by patients")
    for printed in PRINTED.values():
        assert all(number in table for number in printed)
    assert "36/52 (69.2 %)" in table
    assert "treats every reading as independent" in table


def test_a_file_may_stand_where_a_study_does(paper: Path) -> None:
    assert run(paper, "--target", FULL) == run("--ratings", paper, "--target", FULL)


def test_json_is_one_object(paper: Path) -> None:
    found = json.loads(run("--ratings", paper, "--target", FULL, "--json"))
    assert found["best"][FULL]["k"] == 36


def test_the_null_example_reads_as_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "null.csv"
    path.write_text(ratings_csv(null_study()))
    said = run("--ratings", path, "--target", FULL)
    assert "no evidence" in said.partition("## ")[0]


def test_files_are_written(paper: Path, tmp_path: Path) -> None:
    run("--ratings", paper, "--target", FULL, "--out", tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"report.html", "report.md", "report.json", "ratings.csv"} <= names


def test_grim_needs_no_study() -> None:
    assert "the sum is 220" in run("--grim", "4.23 n=52")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--target", "nobody"], "target 'nobody' is not among the systems"),
        (["--scale", "9"], "a scale has 3 to 7 points"),
        (["--scale", "3"], "must be a whole number 1 to 3"),
        (["--criteria", "trust"], "no column 'trust'"),
    ],
)
def test_bad_input_ends_with_exit_code_2(
    paper: Path, words: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as refusal:
        run("--ratings", paper, *words)
    assert refusal.value.returncode == 2


def test_a_file_or_a_study_not_both(paper: Path) -> None:
    with pytest.raises(CommandError, match="not both") as refusal:
        run("study", "--ratings", paper)
    assert refusal.value.returncode == 2
