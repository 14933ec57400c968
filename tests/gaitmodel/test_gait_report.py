"""gait_report: a page for a clinician, a contract for programs, one sentence for errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.gaitmodel.core.fakes import swinging_pose


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    path = tmp_path / "walk.npy"
    np.save(path, swinging_pose(150).angles)
    return path


def test_the_page_has_both_sides(
    walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("gait_report", str(walk), "--fps", "30")
    page = capsys.readouterr().out
    assert "left" in page
    assert "right" in page
    assert "cadence" in page
    assert "steps/min" in page


def test_the_json_keeps_its_contract(
    walk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("gait_report", str(walk), "--fps", "30", "--json")
    report = json.loads(capsys.readouterr().out)
    assert set(report) >= {"fps", "frames", "view", "events", "metrics"}
    assert set(report["events"]) == {"hs_left", "hs_right", "to_left", "to_right"}
    for metric in report["metrics"].values():
        assert {"value", "unit", "n", "quality", "reason"} <= set(metric)
        assert (metric["value"] is None) == (metric["quality"] == "not_measurable")
        assert metric["value"] is not None or metric["reason"]
    assert report["metrics"]["cadence_spm"]["value"] == pytest.approx(120, abs=2)


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros((90, 45), np.float32), "45"),
        (np.full((90, 46), np.inf, np.float32), "inf"),
        (np.full((90, 46), np.nan, np.float32), "observed"),
        (np.zeros((1, 46), np.float32), "one frame|1 frame|single"),
    ],
)
def test_a_bad_pose_is_one_sentence_and_exit_code_2(
    tmp_path: Path, array: np.ndarray, sentence: str
) -> None:
    np.save(tmp_path / "bad.npy", array)
    with pytest.raises(CommandError, match=sentence) as caught:
        call_command("gait_report", str(tmp_path / "bad.npy"), "--fps", "30")
    assert caught.value.returncode == 2
    assert "bad.npy" in str(caught.value)


def test_a_pose_without_a_frame_rate_asks_for_it(walk: Path) -> None:
    with pytest.raises(CommandError, match="--fps") as caught:
        call_command("gait_report", str(walk))
    assert caught.value.returncode == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nobody\.npy"):
        call_command("gait_report", str(tmp_path / "nobody.npy"), "--fps", "30")


def test_a_path_that_the_system_refuses_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="File name too long") as caught:
        call_command("gait_report", str(tmp_path / ("x" * 300 + ".npy")), "--fps", "30")
    assert caught.value.returncode == 2
