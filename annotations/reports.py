"""Gather an unblinded study's ratings, analyse them, and lay out the report.

The statistics are imported only when a report is requested, so no other page pays for
SciPy and raters' pages never load them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from annotations.core.instrument.criteria import LIKERT
from annotations.core.ratings.rated_output import RatedOutput
from annotations.models import Study
from annotations.selectors import ratings_for, study_plan, study_seal
from annotations.selectors.comments import codebook_of, codings_of
from annotations.selectors.conduct import study_facts, study_flow

if TYPE_CHECKING:
    from annotations.core.planning.plan import AnalysisPlan
    from annotations.core.report.analysis import StudyAnalysis
    from annotations.core.report.checklist import StudyFacts
    from annotations.core.report.coding import CodeAgreement
    from annotations.core.report.flow import Flow
    from annotations.core.report.provenance import Provenance
    from annotations.core.report.report_tables import ReportTable
    from annotations.figures import ReportFigure


@dataclass(frozen=True)
class StudyReport:
    """An analysis with its ratings and its title."""

    title: str
    analysis: StudyAnalysis
    outputs: tuple[RatedOutput, ...]
    plan: AnalysisPlan | None = None
    seal: str | None = None
    known_flow: Flow | None = None
    facts: StudyFacts | None = None
    coding: tuple[CodeAgreement, ...] = ()

    @cached_property
    def flow(self) -> Flow:
        """The flow of readings: from the database, or as far as a file shows it."""
        from annotations.core.report.flow import outputs_flow

        return self.known_flow or outputs_flow(self.outputs)

    def tables(self) -> list[ReportTable]:
        """Every table in reading order: the paper's first, the checklist last."""
        from annotations.core.report.checklist import checklist
        from annotations.core.report.coding import coding_table
        from annotations.core.report.flow import flow_table
        from annotations.core.report.tables import all_tables

        flow = self.flow
        coded = [coding_table(self.coding)] if self.coding else []
        return [
            *all_tables(self.analysis),
            *coded,
            flow_table(flow),
            checklist(self.analysis, flow, self.plan, self.seal, self.facts),
        ]

    @property
    def provenance(self) -> Provenance:
        from annotations.core.report.provenance import provenance

        return provenance(self.analysis, self.outputs, self.plan, self.seal)

    @property
    def comments(self) -> dict[str, list[RatedOutput]]:
        """Comments by the system that their writer chose best, one per reading."""
        grouped: dict[str, list[RatedOutput]] = {}
        for output in self.outputs:
            if output.best and output.comment:
                grouped.setdefault(output.model, []).append(output)
        undecided = {
            (o.case, o.evaluator, o.occasion): o for o in self.outputs if o.comment
        }
        for output in self.outputs:
            if output.best:
                undecided.pop((output.case, output.evaluator, output.occasion), None)
        if undecided:
            grouped["no best chosen"] = list(undecided.values())
        return grouped

    def as_json(self) -> dict[str, Any]:
        from annotations.core.report.report_json import analysis_json, plain

        return {
            "title": self.title,
            **analysis_json(self.analysis),
            "provenance": plain(self.provenance),
            "flow": plain(self.flow),
            "coding": [plain(one) for one in self.coding],
            "comments": {
                system: [
                    {"case": o.case, "evaluator": o.evaluator, "comment": o.comment}
                    for o in outputs
                ]
                for system, outputs in self.comments.items()
            },
        }

    def as_markdown(self) -> str:
        from annotations.core.report.tables import report_markdown

        return (
            report_markdown(self.analysis, self.tables())
            + self._provenance_markdown()
            + self._comments_markdown()
        )

    def _provenance_markdown(self) -> str:
        found = self.provenance
        lines = ["", "## Where this comes from", "", found.sentence]
        lines += ["", *(f"- {line}" for line in found.lines)]
        return "\n".join(lines) + "\n"

    def _comments_markdown(self) -> str:
        lines = ["", "## Comments, by the system chosen best"]
        for system, outputs in self.comments.items():
            lines += ["", f"### {system}", ""]
            lines += [f"- {o.evaluator} on {o.case}: {o.comment}" for o in outputs]
        return "\n".join(lines) + "\n" if self.comments else ""

    def figures(self) -> list[ReportFigure]:
        """The figures, drawn once; matplotlib is imported on demand."""
        return self._drawn

    @cached_property
    def _drawn(self) -> list[ReportFigure]:
        from annotations.figures import flow_figure, report_figures

        return [*report_figures(self.analysis), flow_figure(self.flow)]

    def as_html(self) -> SafeString:
        """The report as a fragment for a page.

        Figures are images with ``data:`` URLs, as the page's content security policy
        would block styles inside an inline SVG.
        """
        from annotations.core.report.cautions import cautions
        from annotations.core.report.tables import missing_by_reason, rests_on

        paper, *tables = self.tables()
        return render_to_string(
            "annotations/report/_report.html",
            {
                "report": self,
                "paper": paper,
                "figures": [(figure, _address(figure)) for figure in self.figures()],
                "tables": tables,
                "rests_on": rests_on(self.analysis),
                "cautions": cautions(self.analysis),
                "missing": missing_by_reason(self.analysis),
                "comments": self.comments,
                "provenance": self.provenance,
            },
        )

    def as_pdf(self) -> bytes:
        """The report to print; ReportLab is imported on demand."""
        from annotations.core.report.cautions import cautions
        from annotations.core.report.tables import rests_on
        from annotations.pdf import report_pdf

        return report_pdf(
            self.title,
            self.analysis.headline.sentence,
            rests_on(self.analysis),
            cautions(self.analysis),
            self.tables(),
            self.figures(),
            (self.provenance.sentence, *self.provenance.lines),
        )


def _address(figure: ReportFigure) -> str:
    coded = base64.b64encode(figure.svg.encode()).decode()
    return f"data:image/svg+xml;base64,{coded}"


def outputs_report(
    title: str,
    outputs: Sequence[RatedOutput],
    target: str,
    *,
    scale: tuple[int, ...] = LIKERT,
    planned: bool = False,
    mixed: bool = False,
    own: str = "",
) -> StudyReport:
    """Analyse ratings of any source; ``planned`` if a sealed plan names the target."""
    from annotations.core.report.analysis import analyse

    analysis = analyse(outputs, target, scale, planned=planned, mixed=mixed, own=own)
    return StudyReport(title, analysis, tuple(outputs))


def study_report(study: Study, *, target: str = "", mixed: bool = False) -> StudyReport:
    """The report of an unblinded study, by its sealed plan.

    A ``target`` other than the plan's is a deviation, and shown as one.

    Raises
    ------
    StateError
        If the study is not unblinded.
    """
    plan = study_plan(study)
    report = outputs_report(
        study.name,
        ratings_for(study),
        target or plan.target,
        planned=target in ("", plan.target),
        mixed=mixed,
        own=plan.target,
    )
    return replace(
        report,
        plan=plan,
        seal=study_seal(study),
        known_flow=study_flow(study, report.outputs),
        facts=study_facts(study),
        coding=_coding(study),
    )


def _coding(study: Study) -> tuple[CodeAgreement, ...]:
    from annotations.core.report.coding import code_agreement
    from annotations.core.statistics.estimate import Reasons

    keys = [code["key"] for code in codebook_of(study)]
    return tuple(code_agreement(codings_of(study), keys, Reasons()))


def study_report_html(study: Study) -> SafeString:
    """The report of an unblinded study as a fragment for its page."""
    return study_report(study).as_html()


def report_write(report: StudyReport, folder: Path) -> list[Path]:
    """Write the report in every format; return the files.

    HTML to read, PDF to print, Markdown for a word processor, JSON and a long CSV for programs,
    LaTeX tables and SVG figures for a paper, and the ratings themselves.
    """
    from annotations.core.ratings.ratings_csv import ratings_csv
    from annotations.core.report.exports import latex_tables, long_csv

    figures = report.figures()
    page = render_to_string(
        "annotations/report/standalone.html",
        {"title": report.title, "body": report.as_html()},
    )
    texts = {
        "report.html": page,
        "report.md": report.as_markdown(),
        "report.json": json.dumps(report.as_json(), indent=1, allow_nan=False) + "\n",
        "report_long.csv": long_csv(report.as_json()),
        "tables.tex": latex_tables(
            report.tables(), (report.provenance.sentence, *report.provenance.lines)
        ),
        "ratings.csv": ratings_csv(report.outputs),
        **{f"{figure.name}.svg": figure.svg for figure in figures},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "report.pdf").write_bytes(report.as_pdf())
    return [folder / name for name in (*texts, "report.pdf")]
