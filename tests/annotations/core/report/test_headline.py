"""The report's one sentence: it claims no more than the choices and their number bear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.report.analysis import analyse
from annotations.core.report.cautions import cautions
from annotations.core.report.tables import report_markdown


def choices_of(
    readings: Sequence[Sequence[int | None]],
    systems: Sequence[str] = ("ours", "theirs"),
    patient_of: Callable[[int, int], int] = lambda evaluator, place: place,
) -> list[RatedOutput]:
    """``readings[evaluator]``: the system chosen in each reading, ``None`` if unread."""
    return [
        RatedOutput(
            case=f"c{evaluator}-{place}",
            patient=f"p{patient_of(evaluator, place)}",
            evaluator=f"e{evaluator}",
            model=name,
            position="ABC"[column],
            scores={"clear": None if chosen is None else 3 + (column == chosen)},
            best=None if chosen is None else column == chosen,
            second=None,
        )
        for evaluator, row in enumerate(readings)
        for place, chosen in enumerate(row)
        for column, name in enumerate(systems)
    ]


def sentence_of(rows: list[RatedOutput], target: str = "ours") -> str:
    return analyse(rows, target).headline.sentence


DIVIDED = [[0, 0, 0, 0]] * 4 + [[0, 0, 1, 1]] * 4


def one_each(evaluator: int, place: int) -> int:
    return 4 * evaluator + place


def test_divided_choices_do_not_make_a_study_small() -> None:
    """Eight evaluators can reach 2/2^8; four of them divided 2:2 leave 0.125."""
    said = sentence_of(choices_of(DIVIDED, patient_of=one_each))
    assert "these choices, divided between the systems as they are" in said
    assert "by evaluators 0.125" in said
    assert "study of this size" not in said


def test_four_evaluators_of_two_systems_are_too_few_whatever_they_choose() -> None:
    said = sentence_of(choices_of([[0, 0, 0, 0]] * 4, patient_of=one_each))
    assert "no result of a study of this size (4 evaluators) could have" in said


def test_a_unit_out_of_reach_is_named_though_the_other_has_the_larger_p() -> None:
    """Patients: p 0.38 of a floor of 0.008; evaluators: p 0.125, and no less with four."""
    rows = choices_of(
        [[0] * 4 + [int(place != own) for place in range(4)] for own in range(4)]
    )
    found = analyse(rows, "ours").headline
    assert (found.unit, found.floor) == ("patient", 2 / 2**8)
    assert "study of this size (4 evaluators)" in found.sentence


def test_an_empty_seat_is_no_evaluator() -> None:
    """Two of three seats are taken; the third one's six patients were never read."""
    rows = choices_of([[0, 1, 0], [0, 0, 1], [None] * 6])
    found = analyse(rows, "ours")
    assert (found.n.readings, found.n.evaluators, found.n.patients) == (6, 2, 3)
    assert found.n.missing == 0
    assert "they come from 3 patients and 2 evaluators" in found.headline.sentence
    assert (found.choices.blank, found.choices.unanswered) == (0, 6)
    assert "e2" not in report_markdown(found)


def test_the_bounds_count_readings_that_never_came() -> None:
    """Three of six choices are ours; six more were asked for."""
    found = analyse(choices_of([[0, 1, 0], [1, 0, 1], [None] * 6]), "ours")
    assert found.best["ours"].bounds == (3 / 12, 9 / 12)
    said = " ".join(cautions(found))
    assert "6 of 12 readings have no best choice, 6 of them no answer at all" in said


def test_evaluators_who_chose_nothing_are_not_counted_among_the_choices() -> None:
    rows = choices_of([[0, 0, 0], [0, 0, 0], [0, 0, 1], [1, 1, 1]])
    silent = [replace(row, best=None) if row.evaluator == "e3" else row for row in rows]
    found = analyse(silent, "ours")
    assert found.n.evaluators == 4
    assert "they come from 3 patients and 3 evaluators" in found.headline.sentence


def test_an_empty_seat_leaves_the_interval_for_new_evaluators() -> None:
    """Every case was read by all who read at all."""
    readings = [[0, 1, 0], [0, 0, 0], [1, 0, 0], [None] * 3]
    rows = [replace(row, case=row.patient) for row in choices_of(readings)]
    found = analyse(rows, "ours").further.overlap["clear"]["ours vs theirs"]
    assert found is not None
    assert found.evaluators == 3


def test_where_nobody_answered_the_report_rests_on_nothing() -> None:
    found = analyse(choices_of([[None, None], [None, None]]), "ours")
    assert found.n.readings == found.n.patients == found.n.evaluators == 0
    assert "Nobody chose" in found.headline.sentence


def in_pairs() -> list[RatedOutput]:
    """Eight evaluators see ours beside one of two others; a coin chooses each in half."""
    rows = []
    for other, first in (("theirs", 0), ("others", 8)):
        rows += [
            replace(row, case=f"{other} {row.case}", patient=f"{other} {row.patient}")
            for row in choices_of(
                [
                    [(place + evaluator) % 2 for place in range(4)]
                    for evaluator in range(8)
                ],
                ("ours", other),
                lambda evaluator, place, first=first: first + evaluator,  # type: ignore[misc]
            )
        ]
    return rows


def test_a_coin_among_two_of_three_shown_is_no_preference() -> None:
    """Half of the choices are ours, and one third would be chance of all three."""
    found = analyse(in_pairs(), "ours")
    assert found.headline.p is None
    assert found.best["ours"].n == 0
    assert "where all were shown: no reading did that" in found.headline.sentence
    assert (found.choices.partial, found.n.missing) == (64, 0)
    assert "64 of 64 readings did not show every system" in " ".join(cautions(found))


def test_choices_among_some_of_the_systems_leave_those_among_all_as_they_are() -> None:
    whole = choices_of([[0, 1, 2, 0]] * 6, ("ours", "theirs", "others"), one_each)
    alone, both = analyse(whole, "ours"), analyse([*whole, *in_pairs()], "ours")
    assert both.best == alone.best
    assert both.headline == alone.headline
    assert both.leave_one_out == alone.leave_one_out
    assert both.choices.equal_shares == alone.choices.equal_shares


def test_choices_of_two_patients_are_too_few_and_not_divided() -> None:
    """12 of 12 for one system, by two of six patients: 1/3^2 is the least p."""
    names = ("ours", "theirs", "others")
    chose = [[0, 0, None, None, None, None]] * 6
    rows = choices_of(chose, names)
    rows = [replace(o, scores={"clear": 3}) for o in rows]
    said = sentence_of(rows)
    assert "p = 0.111" in said
    assert "choices of no more than 2 patients could not have reached p = 0.05" in said
    assert "divided" not in said
    assert "study of this size" not in said


def test_what_was_not_shown_is_neither_missing_nor_could_be_chosen() -> None:
    """Two whole readings, one that showed ours and theirs, and such a one unopened."""
    names = ("ours", "theirs", "others")
    rows = choices_of([[0, 1], [0, None]], names)
    shown = [o for o in rows if o.evaluator == "e0" or o.model != "others"]
    gaps = [
        replace(o, scores={"clear": None})
        if (o.case, o.model) == ("c0-1", "others")
        else o
        for o in shown
    ]
    found = analyse(gaps, "ours")
    systems = found.criteria["clear"].systems
    assert {name: one.missing for name, one in systems.items()} == {
        "ours": 0,
        "theirs": 0,
        "others": 1,
    }
    assert found.n.missing == 1
    assert (found.best["ours"].n, found.choices.partial) == (2, 1)
    assert found.choices.unanswered == 0
    assert found.best["ours"].bounds == (0.5, 0.5)
