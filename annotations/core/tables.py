"""The report as Markdown: it reads in a terminal and opens in a word processor."""

from __future__ import annotations

from annotations.core.analysis import StudyAnalysis
from annotations.core.report_tables import ReportTable, report_tables


def report_markdown(analysis: StudyAnalysis) -> str:
    """One sentence, what it rests on, the tables, and what could not be estimated."""
    n = analysis.n
    parts = [
        "# Report of the blinded study",
        analysis.headline.sentence,
        f"{n.cases} cases of {n.patients} patients, {n.evaluators} evaluators, "
        f"{n.ratings} ratings, {n.missing} missing.",
    ]
    for table in report_tables(analysis):
        parts += [f"## {table.title}", markdown_table(table), table.note]
    if analysis.reasons:
        reasons = [f"- {path}: {why}" for path, why in analysis.reasons.items()]
        parts += ["## Not estimable", "\n".join(reasons)]
    return "\n\n".join(parts) + "\n"


def markdown_table(table: ReportTable) -> str:
    """A Markdown table whose columns are padded to read as plain text too."""
    columns = zip(table.head, *table.rows, strict=True)
    widths = [max(len(cell) for cell in column) for column in columns]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in (table.head, ["-" * w for w in widths], *table.rows)
    ]
    return "\n".join(lines)
