"""What the files for programs and papers say is what the report says."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from annotations.core.report.analysis import analyse
from annotations.core.report.exports import latex_tables, long_csv
from annotations.core.report.report_json import analysis_json
from annotations.core.report.report_tables import report_tables
from tests.annotations.core.studies import FULL, paper_study


def test_every_empty_value_of_the_csv_has_its_reason() -> None:
    """An evaluator without scores has no halo, which the JSON explains."""
    rows = [
        replace(o, scores=dict.fromkeys(o.scores)) if o.evaluator == "e1" else o
        for o in paper_study()
    ]
    found = analysis_json(analyse(rows, FULL))
    lines = list(csv.DictReader(io.StringIO(long_csv(found))))
    empty = {line["path"]: line["reason"] for line in lines if not line["value"]}
    halo = [path for path in empty if path.endswith(".halo")]
    assert halo
    assert all(empty[path] for path in halo)


def test_latex_captions_name_the_standing_as_the_report_does() -> None:
    for planned, standing in ((True, "primary"), (False, "exploratory")):
        tables = report_tables(analyse(paper_study(), FULL, planned=planned))
        text = latex_tables(tables, ())
        for table in tables:
            assert rf"\caption{{{table.heading.replace('%', chr(92) + '%')}." in text
        assert f"({standing})" in text
