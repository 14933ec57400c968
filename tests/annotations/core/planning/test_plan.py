"""The sealed plan: what it fixes, and what counts as a deviation."""

from __future__ import annotations

import pytest

from annotations.core.errors import StudyError
from annotations.core.planning.plan import deviations, plan_for, plan_from, plan_json

SYSTEMS, CRITERIA = ("a", "b", "c"), ("grounding", "usefulness")


def test_what_is_stored_is_read_again() -> None:
    plan = plan_for("a", SYSTEMS, CRITERIA)
    assert plan_from(plan_json(plan)) == plan
    assert plan.comparators == ("b", "c")
    assert plan.family == 4
    assert not deviations(plan, "a", SYSTEMS, CRITERIA)


@pytest.mark.parametrize(
    ("target", "systems", "criteria", "sentence"),
    [
        ("b", SYSTEMS, CRITERIA, "plan names 'a'; this report was asked for 'b'"),
        ("a", ("a", "b"), CRITERIA, "comparators are b, c; analysed were b"),
        ("a", SYSTEMS, ("grounding",), "criteria are grounding, usefulness"),
    ],
)
def test_a_departure_is_a_deviation(target, systems, criteria, sentence) -> None:
    found = deviations(plan_for("a", SYSTEMS, CRITERIA), target, systems, criteria)
    assert sentence in " ".join(found)


def test_a_plan_with_other_rules_is_a_deviation() -> None:
    stored = {**plan_json(plan_for("a", SYSTEMS, CRITERIA)), "level": "0.99"}
    (found,) = deviations(plan_from(stored), "a", SYSTEMS, CRITERIA)
    assert "level is '0.99'" in found


def test_an_old_plan_is_read_and_named_as_old() -> None:
    plan = plan_from({"target": "a", "alternative": "greater"})
    found = " ".join(deviations(plan, "a", SYSTEMS, CRITERIA))
    assert "one-sided" in found
    assert "not fixed in advance" in found


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [({"version": 9}, "of version 9"), ({"version": 1, "x": 1}, "unknown field 'x'")],
)
def test_an_unknown_plan_is_refused(stored, sentence) -> None:
    with pytest.raises(StudyError, match=sentence):
        plan_from(stored)
