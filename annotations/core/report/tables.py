"""The report as Markdown, readable in a terminal and in a word processor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from annotations.core.report.analysis import StudyAnalysis
from annotations.core.report.cautions import cautions
from annotations.core.report.further_tables import further_tables
from annotations.core.report.report_tables import ReportTable, report_tables
from annotations.core.wording import counted


def report_markdown(analysis: StudyAnalysis, tables: Sequence[ReportTable] = ()) -> str:
    """The headline, its data, the tables, and what could not be estimated."""
    parts = [
        "# Report of the blinded study",
        analysis.headline.sentence,
        rests_on(analysis),
    ]
    paper, *others = tables or all_tables(analysis)
    parts += _section(paper)
    if sentences := cautions(analysis):
        parts += ["## How sure can we be?", "\n".join(f"- {s}" for s in sentences)]
    for table in others:
        parts += _section(table)
    if analysis.reasons:
        reasons = [f"- {why}: {what}" for why, what in missing_by_reason(analysis)]
        parts += ["## What could not be estimated", "\n".join(reasons)]
    return "\n\n".join(parts) + "\n"


def _section(table: ReportTable) -> list[str]:
    return [f"## {table.heading}", markdown_table(table), table.note]


def all_tables(analysis: StudyAnalysis) -> list[ReportTable]:
    """The result's tables, then those of the further analyses."""
    return [*report_tables(analysis), *further_tables(analysis)]


def rests_on(analysis: StudyAnalysis) -> str:
    """How many readings there are, by how many evaluators, of how many patients."""
    n = analysis.n
    return (
        f"{counted(n.readings, 'reading')} of {counted(n.cases, 'case')} of "
        f"{counted(n.patients, 'patient')} by {counted(n.evaluators, 'evaluator')}; "
        f"{counted(n.ratings, 'rating')} given, {n.missing} missing."
    )


def missing_by_reason(analysis: StudyAnalysis) -> list[tuple[str, str]]:
    """Each reason once, with what it made inestimable; the JSON has all paths."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, why in analysis.reasons.items():
        found[why].append(path)
    return [
        (why, paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more")
        for why, paths in found.items()
    ]


def markdown_table(table: ReportTable) -> str:
    """A Markdown table with padded columns, readable as plain text too."""
    head = tuple(_cell(cell) for cell in table.head)
    rows = [tuple(_cell(cell) for cell in row) for row in table.rows]
    widths = [max(len(c) for c in column) for column in zip(head, *rows, strict=True)]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in (head, ["-" * w for w in widths], *rows)
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Escape bars and line breaks, which a system's name may hold."""
    return " ".join(text.replace("|", "\\|").split())
