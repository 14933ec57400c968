"""The evidence check on hand-labelled claims, and on Figure 4's contradictions."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitmodel.core.rationale.evidence import check_evidence
from gaitmodel.core.rationale.judge import Verdict
from tests.gaitmodel.core.rationale.held_out import HELD_OUT
from tests.gaitmodel.core.rationale.labelled import CASES, FIGURE_4, WALK

Label = tuple[str, str, str, str, str]
SIGNS = {
    Verdict.SUPPORTED: "+",
    Verdict.CONTRADICTED: "x",
    Verdict.UNSUPPORTED: "?",
}


def labels(lines: str) -> Counter[Label]:
    rows = (line.split() for line in lines.splitlines() if line.strip())
    return Counter(
        (kind, quantity, side, "-" if value == "-" else f"{float(value):g}", sign)
        for kind, quantity, side, value, sign in rows
    )


def found(text: str) -> Counter[Label]:
    rows = []
    for judged in check_evidence(text, WALK).claims:
        claim = judged.claim
        rows.append(
            (
                claim.kind.value,
                claim.quantity.name.replace(" ", "_") if claim.quantity else "-",
                claim.side.value if claim.side else "-",
                "-" if claim.value is None else f"{claim.value:g}",
                SIGNS[judged.verdict],
            )
        )
    return Counter(rows)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        # What is called normal of this person is claimed of this person.
        ("She shows a normal cadence of 180 steps/min.", "value cadence - 180 x"),
        ("The cadence is a normal 112 steps/min.", "value cadence - 112 +"),
        ("Cadence is normal (180 steps/min).", "value cadence - 180 x"),
        ("He has a typical swing of 60 % on the left.", "value swing left 60 x"),
        # And what would be normal is not.
        ("It is lower than a normal cadence of 180 steps/min.", ""),
        ("Healthy adults have a normal cadence of 180 steps/min.", ""),
        ("The cadence is normal (100 to 120 steps/min).", ""),
        ("A normal cadence is 180 steps/min.", ""),
        # Verbs claim as much as nouns.
        ("The left step takes 0.9 s.", "value step_time left 0.9 x"),
        ("Each right stride lasts 1.08 s.", "value stride_time right 1.08 +"),
        ("The left leg swings for 60 % of the cycle.", "value swing left 60 x"),
        ("The left knee flexes to 20 degrees.", "value knee_flexion left 20 x"),
        ("The right hip extends to 11 degrees.", "value hip_extension right 11 +"),
        ("He leans forward by 40 degrees.", "value trunk_lean - 40 x"),
        ("The head leans forward by 40 degrees.", "value - - 40 ?"),
        # Sides behind both numbers, and what two sides differ by.
        (
            "Knee range is 44/58 deg (L/R).",
            "value knee_range left 44 x\nvalue knee_range right 58 x",
        ),
        (
            "Swing: 38%/39% (L/R), step time 0.53/0.54 s (l/r).",
            """value swing left 38 +
            value swing right 39 +
            value step_time left 0.53 +
            value step_time right 0.54 +""",
        ),
        (
            "The difference between left and right step time is 0.01 s.",
            "difference step_time - 0.01 +",
        ),
        ("The difference is that the left swing is 38 %.", "value swing left 38 +"),
        ("The arms swing asymmetrically.", "asymmetric arm_swing - - +"),
        # Few events are counted in words.
        (
            "Four heel strikes were seen on the left, and nine on the right.",
            "value heel_strikes - 4 +\nvalue heel_strikes right 9 x",
        ),
        ("Only one left heel strike is seen.", "value heel_strikes - 1 x"),
        (
            "Four heel strikes were seen on the left, and one on the right.",
            "value heel_strikes - 4 +\nvalue heel_strikes right 1 x",
        ),
        ("The right knee moves less than the one on the left.", ""),
        # What is denied holds where the number is wrong.
        ("The cadence is not 180 steps/min.", "value cadence - 180 +"),
        ("The cadence isn't 112 steps/min.", "value cadence - 112 x"),
        ("Cadence is not between 100 and 120 steps/min.", "range cadence - 100 x"),
        ("The cadence is not about 180 steps/min.", "value cadence - 180 +"),
        # An angle at an event is held against no peak; beside it peaks still count.
        (
            "Left knee flexion at heel strike is 5°, peak left knee flexion 63°.",
            "value knee_flexion_at_an_event - 5 ?\nvalue knee_flexion left 63 +",
        ),
        (
            "Peak left knee flexion is 63°, and at initial contact knee flexion is 5°.",
            "value knee_flexion left 63 +\nvalue knee_flexion_at_an_event - 5 ?",
        ),
        ("The left knee flexes 40° at toe-off.", "value knee_flexion_at_an_event - 40 ?"),
        # A peak that comes from an event, or is beside one, is a peak.
        (
            "From extension at heel strike the left knee flexes to a peak of 63°.",
            "value knee_flexion left 63 +",
        ),
        (
            "Left knee flexion peaks at 20° in swing and is small at heel strike.",
            "value knee_flexion left 20 x",
        ),
        (
            "Peak left hip flexion at heel strike is 5°.",
            "value hip_flexion_at_an_event - 5 ?",
        ),
        (
            "Left knee flexion has a peak of 18° in early stance.",
            "value knee_flexion_at_an_event - 18 ?",
        ),
    ],
)  # fmt: skip
def test_a_claim_is_read_however_it_is_put(text: str, lines: str) -> None:
    assert found(text) == labels(lines)


@pytest.mark.parametrize(
    "text",
    [
        "The stride begins and ends with one heel strike on the left.",
        "A stride lasts from one heel strike to the next.",
        "Stride time is the time between two heel strikes on the left.",
        "The heel strike on the left is softer than the one on the right.",
        "At each heel strike the two on the right are softer.",
        "Swing is expected to be 60 % of the cycle.",
        "The cadence is low, with a normal value of 180 steps/min.",
        "The cadence is low, with normal about 180 steps/min.",
        "The cadence is low, with normal 180 steps/min.",
        "The left swing is below what is normal (60 %).",
        "Healthy gait shows a typical cadence of 180 steps/min.",
        "In normal gait the leg has a typical swing of 60 %.",
    ],
)
def test_what_is_said_of_walking_in_general_is_no_claim(text: str) -> None:
    values = [row for row in found(text) if row[0] == "value"]
    assert values == []


@pytest.mark.parametrize(("cases", "fewest"), [(CASES, 120), (HELD_OUT, 40)])
def test_precision_and_recall_on_labelled_claims_are_at_least_95_percent(
    cases: tuple[tuple[str, str], ...], fewest: int
) -> None:
    hits = said = meant = 0
    for text, lines in cases:
        ours, true = found(text), labels(lines)
        hits += (ours & true).total()
        said += ours.total()
        meant += true.total()
    assert meant >= fewest
    assert hits / said >= 0.95
    assert hits / meant >= 0.95


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("The knee range on the right is 44°, on the left 58°.", "++"),
        ("The knee range on the right is 58°, on the left it is 58°.", "x+"),
        ("The swing is 38%, on the left, and stance is normal.", "+"),
        ("Knee range of motion: 58° left versus 44° right.", "++"),
        ("Knee range: 58° left / 44° right, with little hip motion.", "++"),
        ("Knee range of motion: 44° left vs. 58° right.", "xx"),
        ("9 heel strikes in total were detected.", "+"),
        ("8 heel strikes in total were detected.", "x"),
        ("The left knee range is not larger than the right.", "x"),
        ("The right knee range is not significantly larger than the left.", "+"),
        ("The left knee range isn't smaller than the right.", "+"),
        ("The left knee range is not only larger than the right but also later.", "+"),
        ("Left swing is no more than 40%.", "+"),
        ("Left swing is not less than 45%.", "x"),
        ("The trunk leans backward by 8°.", "x"),
        ("The trunk leans 8° backwards.", "x"),
        ("The trunk leans backward by more than 5°.", "x"),
        ("The trunk leans backward by 6 to 9°.", "x"),
        ("The trunk leans 6 to 9° backward.", "x"),
        ("The trunk leans forward by 8°, not backward.", "+"),
    ],
)
def test_sides_sums_denials_and_directions_are_read_as_they_are_said(
    text: str, verdicts: str
) -> None:
    judged = check_evidence(text, WALK).claims
    assert "".join(SIGNS[one.verdict] for one in judged) == verdicts


def test_a_denied_comparison_is_held_against_the_numbers_beside_it() -> None:
    text = (
        "The left step time is not longer than the right: 0.6 s left and 0.5 s right."
    )
    (found,) = check_evidence(text, WALK).lint[-1:]
    assert found.rule == "comparison_and_numbers"


def test_a_denied_number_contradicts_no_other() -> None:
    text = "The cadence is 112 steps/min, not 180 steps/min."
    report = check_evidence(text, WALK)
    assert [one.verdict for one in report.claims] == [Verdict.SUPPORTED] * 2
    assert not report.lint


def test_the_three_contradictions_of_figure_4_are_found() -> None:
    rules = {one.rule for one in check_evidence(FIGURE_4, WALK).lint}
    assert {"cadence_and_step_times", "stride_and_step_times", "not_walking"} <= rules


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Swing is 40% and stance is 70%.", "swing_and_stance"),
        (
            "The left step time is longer than the right: 0.5 s left, 0.6 s right.",
            "comparison_and_numbers",
        ),
        ("Cadence is 110 spm. Later the cadence is 95 spm.", "two_values"),
        (
            "The left stride time is 0.9 s and the right stride time is 1.2 s.",
            "strides_of_one_walk",
        ),
    ],
)
def test_a_rationale_is_held_against_itself(text: str, rule: str) -> None:
    assert rule in {one.rule for one in check_evidence(text, WALK).lint}


def test_a_consistent_rationale_has_nothing_to_lint() -> None:
    text = (
        "Cadence is 112 steps/min, left step time 0.53 s, right step time 0.54 s, left "
        "stride time 1.07 s and left swing 38%."
    )
    assert check_evidence(text, WALK).lint == ()


def test_each_claim_points_to_its_words_and_its_sentence() -> None:
    for text, _ in CASES:
        for judged in check_evidence(text, WALK).claims:
            claim = judged.claim
            first, last = claim.sentence
            assert first <= claim.start < claim.end <= last
            if claim.value is not None:
                assert any(c.isdigit() for c in text[claim.start : claim.end])


def test_what_was_not_measured_is_unsupported_with_its_reason() -> None:
    report = check_evidence("The right ankle range is 25 degrees.", WALK)
    assert report.claims[0].verdict is Verdict.UNSUPPORTED
    assert report.claims[0].note == "the angle is not observed"


def test_the_report_is_json_with_counts() -> None:
    stored = check_evidence(FIGURE_4, WALK).to_json()
    assert json.loads(json.dumps(stored, allow_nan=False))["counts"] == {
        "supported": 2,
        "contradicted": 8,
        "unsupported": 0,
    }
    assert stored["claims"][0]["text"].endswith("185.29 steps per minute.")


@given(st.text(alphabet="leftrigh 0123456789.%s(),-stepimnkadc\n", max_size=120))
def test_any_text_is_checked_without_failing(text: str) -> None:
    report = check_evidence(text, WALK)
    json.dumps(report.to_json(), allow_nan=False)
