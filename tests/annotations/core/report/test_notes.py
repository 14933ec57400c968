"""Notes under the tables: every p with its unit and floor, and no more than is so."""

from __future__ import annotations

from dataclasses import replace

from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.report.analysis import StudyAnalysis, analyse
from annotations.core.report.tables import all_tables
from annotations.figures import report_figures
from tests.annotations.core.studies import FULL, ZERO, paper_study


def nearer(output: RatedOutput) -> int:
    """A score by which the systems overlap, as real ones do."""
    moved = (int(output.case[1:]) * 7 + len(output.model)) % 3
    return output.scores["grounding"] + moved - (output.scores["grounding"] > 3)


def studied() -> StudyAnalysis:
    rows = [
        replace(
            o,
            words=30 + 7 * (int(o.case[1:]) * 3 + "ABC".index(o.position)) % 31,
            supported=(int(o.case[1:]) + len(o.model)) % 4,
            scores={"clear": o.scores["grounding"]},
        )
        for o in paper_study()
    ]
    return analyse(rows, FULL)


def test_an_interval_across_no_difference_proves_none() -> None:
    """Absence of evidence is not evidence of absence (Altman & Bland 1995)."""
    found = studied()
    notes = " ".join(table.note for table in all_tables(found))
    captions = " ".join(figure.caption for figure in report_figures(found))
    for text in (notes, captions):
        assert "shows no" not in text
        assert "leaves open which is higher" in text
    assert "leaves open whether there is a relation" in notes


def test_the_p_of_the_longest_text_has_its_unit_its_floor_and_its_chance() -> None:
    note = next(t.note for t in all_tables(studied()) if "longest" in t.title)
    for words in ("33.3 %", "p: two-sided exact", "whole patients", "floor: the"):
        assert words in note
    pair = [replace(o, words=40 + len(o.model)) for o in paper_study()]
    two = [o for o in pair if o.model in (FULL, ZERO)]
    tables = all_tables(analyse(two, FULL))
    assert "50.0 %" in next(t.note for t in tables if "longest" in t.title)


def test_the_mixed_model_says_what_it_leaves_out() -> None:
    """Its intercepts are no slopes: a 95 % interval covers 85 % with six patients' tastes."""
    near = [replace(o, scores={"clear": nearer(o)}) for o in paper_study()]
    tables = all_tables(analyse(near, FULL, mixed=True))
    note = next(t.note for t in tables if t.title == "Ordinal mixed model")
    assert "not for patients or evaluators who differ in which system" in note
