"""The analysis for programs and for papers: one number per line, and LaTeX tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotations.core.ratings.ratings_csv import cell_safe, csv_text
from annotations.core.report.report_tables import ReportTable

ESCAPES = {
    "\\": r"\textbackslash{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "–": "--",
}


def long_csv(report: Mapping[str, Any]) -> str:
    """``path,value,reason``: every result of the JSON, full precision."""
    reasons = report.get("reasons", {})
    rows: list[list[object]] = [["path", "value", "reason"]]
    results = {k: v for k, v in report.items() if k != "reasons"}
    for path, known_as, value in _leaves(results, "", ""):
        reason = reasons.get(known_as, "") if value is None else ""
        text = "" if value is None else value
        safe = cell_safe(text) if isinstance(text, str) else text
        rows.append([cell_safe(path), safe, reason])
    return csv_text(rows)


def _leaves(found: Any, path: str, known_as: str) -> Iterator[tuple[str, str, Any]]:
    """Each value with its path, and with the path under which its reason is found.

    Reasons apply to all entries of a list, so their path has no index.
    """
    if isinstance(found, Mapping):
        for key, value in found.items():
            dot = "." if path else ""
            yield from _leaves(value, f"{path}{dot}{key}", f"{known_as}{dot}{key}")
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from _leaves(value, f"{path}.{number}", known_as)
    else:
        yield path, known_as, found


def latex_tables(tables: Sequence[ReportTable], origin: Sequence[str]) -> str:
    """Every table of the report, with its note as the caption; then the provenance.

    ``origin``: what was fixed in advance, and each deviation, hash and version.
    """
    return "\n".join([*(_latex(table) for table in tables), _latex_list(origin)])


def _latex_list(origin: Sequence[str]) -> str:
    items = [rf"\item {_escaped(line)}" for line in origin]
    head = [r"\paragraph{Where this comes from}", r"\begin{itemize}"]
    return "\n".join([*head, *items, r"\end{itemize}", ""])


def _latex(table: ReportTable) -> str:
    lines = [" & ".join(map(_escaped, row)) + r" \\" for row in table.rows]
    caption = f"{table.heading}. {table.note}"
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{_escaped(caption)}}}",
            rf"\begin{{tabular}}{{{'l' * len(table.head)}}}",
            r"\hline",
            " & ".join(map(_escaped, table.head)) + r" \\",
            r"\hline",
            *lines,
            r"\hline",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _escaped(text: str) -> str:
    return "".join(ESCAPES.get(mark, mark) for mark in text)
