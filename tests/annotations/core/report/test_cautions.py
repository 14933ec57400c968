"""Cautions and the checklist claim what the numbers bear, and no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.report.analysis import analyse
from annotations.core.report.cautions import cautions
from annotations.core.report.checklist import checklist
from annotations.core.report.flow import outputs_flow
from annotations.core.statistics.preference import best_counts, label_permutation
from tests.annotations.core.studies import FULL, NO_BIO, ZERO, paper_study


def guessed(ideas: tuple[str, ...], share: float = 1.0) -> list[RatedOutput]:
    """Each evaluator takes the text of one system for the authors', ``share`` of times."""
    rng = np.random.default_rng(1)
    named = {case: rng.random() < share for case in {o.case for o in paper_study()}}
    return [
        replace(o, guess=named[o.case] and o.model == ideas[int(o.evaluator[1:]) - 1])
        for o in paper_study()
    ]


def of_blinding(rows: list[RatedOutput]) -> str:
    said = [text for text in cautions(analyse(rows, FULL)) if "guessed" in text]
    return " ".join(said)


def test_one_idea_an_evaluator_is_no_proof_of_unblinding() -> None:
    """Two of four follow the right idea: 26 of 52, p 0.01 as if each stood for itself.

    Of the 3^4 ideas that four evaluators may have, 33 hold the right one twice or more.
    """
    said = of_blinding(guessed((FULL, FULL, ZERO, NO_BIO)))
    assert "right in 26 of the 52 readings in which they named a text" in said
    assert "not blind" not in said
    assert f"p = {33 / 81:.3f}" in said
    assert "remains open" in said


def test_what_all_evaluators_know_is_no_chance() -> None:
    said = of_blinding(guessed((FULL,) * 4))
    assert "they were not blind to it" in said


def test_false_alarms_of_the_blinding_are_rare() -> None:
    """Ideas are drawn, one an evaluator: 5 % may seem to know, not 30 %."""
    rng, alarms = np.random.default_rng(4), 0
    for _ in range(40):
        ideas = tuple((FULL, ZERO, NO_BIO)[i] for i in rng.integers(3, size=4))
        alarms += "not blind" in of_blinding(guessed(ideas))
    assert alarms <= 4


def agreement_in_checklist(rows: list[RatedOutput]) -> str:
    found = checklist(analyse(rows, FULL), outputs_flow(rows), None, None, None)
    return next(answer for _, topic, answer in found.rows if topic == "Agreement")


def test_the_checklist_gives_the_reason_that_is_so() -> None:
    """Every case is read twice, and only one value is given: not a lack of readers."""
    rows = [replace(o, scores={"clear": 4}) for o in paper_study()]
    twice = [*rows, *(replace(o, evaluator="e9") for o in rows)]
    assert "no case was read by two" in agreement_in_checklist(rows)
    assert "only one value was ever given" in agreement_in_checklist(twice)


def test_the_checklist_gives_the_alpha_of_each_criterion() -> None:
    rows = paper_study()
    said = agreement_in_checklist([*rows, *(replace(o, evaluator="e9") for o in rows)])
    for name in ("grounding", "Explainability", "usefulness", "consistency"):
        assert f"{name} 1.00" in said


def test_both_tastes_at_once_are_more_than_either_test_allows_for() -> None:
    """Six evaluators read all cases of twelve patients, and no system is better."""
    rng, shown = np.random.default_rng(5), 0
    patient = np.repeat(np.arange(48) % 12, 6)
    evaluator = np.tile(np.arange(6), 48)
    for _ in range(1000):
        tastes = rng.normal(0, 0.7, (12, 3))[patient]
        tastes = tastes + rng.normal(0, 0.7, (6, 3))[evaluator]
        best = (tastes + rng.gumbel(size=tastes.shape)).argmax(axis=1)
        p = max(
            label_permutation(best_counts(best, units, 3), 0).p_two_sided
            for units in (patient, evaluator)
        )
        shown += p <= 0.05
    assert 55 <= shown <= 95


def test_a_result_of_overlapping_readings_is_cautioned_so() -> None:
    rows = [replace(o, evaluator=f"e{i}") for i in range(5) for o in paper_study()]
    once = " ".join(cautions(analyse(paper_study(), FULL)))
    several = " ".join(cautions(analyse(rows, FULL)))
    assert "not for both at once" in several
    assert "not for both at once" not in once


def test_cautions_of_the_texts_say_of_how_many_readings() -> None:
    """One reading of 52 tells of the words, and two of the diagnosis."""
    rows = [
        replace(
            o,
            words=40 + (o.case == "c01" and o.model == FULL),
            correct=o.case in ("c01", "c02") and o.model == FULL,
        )
        for o in paper_study()
    ]
    said = " ".join(cautions(analyse(rows, FULL)))
    assert "longest in 100.0 % of 1 reading that can tell" in said
    assert f"it is that of {FULL} in 100.0 % of 2 readings" in said
    assert "nearly always" not in said


def test_second_readings_without_scores_are_second_readings() -> None:
    rows = paper_study()
    again = [replace(o, occasion=2, scores=dict.fromkeys(o.scores)) for o in rows[:3]]
    reasons = [analyse(found, FULL).reasons for found in ([*rows, *again], rows)]
    assert [found["further.retest"] for found in reasons] == [
        "no rating was given twice",
        "no case was read twice by the same evaluator",
    ]
