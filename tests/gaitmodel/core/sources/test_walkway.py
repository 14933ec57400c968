"""A gait mat's CSV: columns known by their words, values checked, the rest named."""

from pathlib import Path

import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.sources.walkway import metric_of, read_walkway


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("Cadence (steps/min)", "cadence_spm"),
        ("Cadence_steps_min", "cadence_spm"),
        ("Cadence, steps per minute", "cadence_spm"),
        ("Step Time(sec) L", "step_time_left_s"),
        ("R Step Time (s)", "step_time_right_s"),
        ("Cycle Time(sec) R", "stride_time_right_s"),
        ("Stride Time Left (s)", "stride_time_left_s"),
        ("Swing % of Cycle L", "swing_percent_left"),
        ("Stance % of Cycle Right", "stance_percent_right"),
        ("Single Supp. % Cycle L", "single_support_percent_left"),
        ("Double Supp. % of Cycle R", "double_support_percent_right"),
    ],
)
def test_the_mats_columns_are_known_by_their_words(column: str, key: str) -> None:
    found = metric_of(column)
    assert found is not None
    assert found[0] == key


@pytest.mark.parametrize(
    "column",
    [
        "Velocity",
        "Step Length(cm) L",
        "Swing Time(sec) L",
        "Step Time SD L",
        "Cycle Time",
        "Cadence SD 5.2",
        "Cadence (Min)",
        "Cadence Max (steps/min)",
        "Cadence Ratio",
        "Step Time St. Dev. L",
        "Step Time Deviation (s) R",
        "Stride Time Variability L",
        "Step Time Asymmetry L",
        "Double Supp. Load % of Cycle L",
    ],
)
def test_what_is_not_measured_here_is_not_taken_for_something_else(column: str) -> None:
    assert metric_of(column) is None


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows))
    return path


def test_blanks_are_gaps_and_other_columns_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "mat.csv", "clip,Cadence,Velocity", "a,110,1.2", "b,,1.1")
    found = read_walkway(path)
    assert found.trials == {"a": {"cadence_spm": 110.0}, "b": {}}
    assert found.ignored == ("Velocity",)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "is empty: it has no line of columns"),
        (["Cadence", "110"], "no column clip"),
        (["clip,Velocity", "a,1"], "no column of a parameter"),
        (["clip,Cadence", "a,110", "a,111"], "row 3 names clip 'a' again"),
        (
            ["clip,Cycle Time L,Stride Time L", "a,1.1,1.2"],
            "columns 'Cycle Time L' and 'Stride Time L' both give stride_time_left_s",
        ),
        (["clip,Cadence,Cadence", "a,110,111"], "both give cadence_spm"),
        (["clip,Cadence", ",110"], "row 2 names no clip"),
        (
            ["clip,Cadence", "a,fast"],
            "row 2: Cadence must lie within 5 to 400, not 'fast'",
        ),
        (["clip,Swing % L", "a,137"], "within 1 to 100, not '137'"),
        (["clip,Swing % L", "a,0.38"], "within 1 to 100, not '0.38'"),
        (["clip,Cadence,Step Time L", "a,110,5,0,55"], "row 2: 3 cells expected"),
        (["clip;Cadence", "a;110"], "separated by commas, not by ';'"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    tmp_path: Path, rows: list[str], sentence: str
) -> None:
    with pytest.raises(InputError, match="mat.csv") as caught:
        read_walkway(write(tmp_path / "mat.csv", *rows))
    assert sentence in str(caught.value)
