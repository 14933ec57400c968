"""Joint-angle text within a token budget, and the metrics as text."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitmodel.core.config import AngleStyle, Sampling
from gaitmodel.core.features.measure import measure
from gaitmodel.core.features.text import angle_text, metrics_text
from gaitmodel.core.media.frames import sample_indices
from gaitmodel.core.pose.kinematics import from_gravity
from gaitmodel.core.pose.skel import INDEX
from tests.gaitmodel.core.walks import sine_walk

# Qwen's split: each digit, sign with its space, blank and line end is a token.
TOKEN = re.compile(r"[^\r\n\w]?[^\W\d_]+|\d| ?[^\s\w]+[\r\n]*|\s*[\r\n]+|\s+")


def count(text: str) -> int:
    """Tokens of a byte-pair tokenizer that splits digits: words may cost two."""
    return sum(1 + (len(piece) > 7) for piece in TOKEN.findall(text))


@pytest.fixture
def indices() -> list[int]:
    return sample_indices(180, 30, 32, Sampling.UNIFORM, 4.3).tolist()


def test_metrics_and_all_32_frames_fit_the_papers_1024_tokens(
    indices: list[int],
) -> None:
    pose = sine_walk()
    metrics = metrics_text(measure(pose))
    text = angle_text(pose, indices, 1024 - count(metrics), count, AngleStyle.COMPACT)
    assert len(text.frames_used) == 32
    assert text.frames_left_out == 0
    assert count(metrics) + text.tokens <= 1024


@given(st.integers(0, 1200), st.sampled_from(list(AngleStyle)))
def test_the_budget_holds_and_only_whole_frames_are_written(
    budget: int, style: AngleStyle
) -> None:
    frames = list(range(0, 128, 4))
    text = angle_text(sine_walk(), frames, budget, count, style)
    assert text.tokens == count(text.text) <= budget
    assert len(text.frames_used) + text.frames_left_out == 32
    lines = text.text.splitlines()
    header = 1 if style is AngleStyle.COMPACT and lines else 0
    assert len(lines) == len(text.frames_used) + header


def test_frames_are_chosen_over_the_whole_clip_when_few_fit(indices: list[int]) -> None:
    text = angle_text(sine_walk(), indices, 900, count, AngleStyle.FULL)
    assert 2 <= len(text.frames_used) <= 8
    middle = np.mean(text.frames_used)
    assert middle == pytest.approx(np.mean(indices), abs=12)
    assert text.frames_used[-1] - text.frames_used[0] > 60


def test_the_full_template_is_the_papers_to_the_letter() -> None:
    pose = sine_walk()
    pose = replace(pose, angles=np.zeros_like(pose.angles))
    pose.angles[:, INDEX["knee_angle_r"]] = np.deg2rad(63.4)
    text = angle_text(pose, [7], 1000, count, AngleStyle.FULL).text
    assert text == (
        "Frame 7: [Pelvis] tilt:0° list:0° rot:0° "
        "[R.Leg] hip:0°/0°/0° knee:63° ankle:0° "
        "[L.Leg] hip:0°/0°/0° knee:0° ankle:0° "
        "[Spine] lumbar:0°/0°/0° thorax:0°/0°/0° [Head] bend:0° ext:0° twist:0° "
        "[R.Arm] shoulder:0°/0°/0° elbow:0° wrist:0°/0° "
        "[L.Arm] shoulder:0°/0°/0° elbow:0° wrist:0°/0°"
    )


def test_the_tilt_is_written_against_gravity_and_not_the_camera() -> None:
    pose = sine_walk()
    same = angle_text(pose, [9], 1000, count, AngleStyle.FULL).text
    raw = angle_text(from_gravity(pose), [9], 1000, count, AngleStyle.FULL).text
    assert raw == same


def test_unobserved_angles_are_left_out_or_marked_and_never_zero() -> None:
    pose = sine_walk()
    pose.angles[:, INDEX["knee_angle_l"]] = np.nan
    pose.angles[10, INDEX["hip_flexion_r"]] = np.nan
    text = angle_text(pose, [10, 20], 1000, count, AngleStyle.COMPACT).text
    header, row, _ = text.splitlines()
    assert "L knee" not in header
    assert row.split()[2] == "?"
    full = angle_text(pose, [10], 1000, count, AngleStyle.FULL).text
    assert "knee:?°" in full


def test_a_pose_without_any_clinical_angle_says_so() -> None:
    pose = sine_walk()
    pose.angles[:, :28] = np.nan
    text = angle_text(pose, [1, 2], 1000, count, AngleStyle.COMPACT).text
    assert text == "Joint angles: not observed"


def test_metrics_come_with_unit_and_n_and_gaps_are_named() -> None:
    pose = sine_walk()
    pose.angles[:, INDEX["knee_angle_l"]] = np.nan
    text = metrics_text(measure(pose))
    assert re.search(r"trunk lean -?\d+ deg \(n 180\)", text)
    assert "not measurable: cadence" in text
    assert "left knee range" in text
    assert "None" not in text
    assert "nan" not in text


def test_a_value_of_low_quality_is_marked() -> None:
    assert "~" in metrics_text(measure(sine_walk(seconds=2.4))).split("quality):")[1]
